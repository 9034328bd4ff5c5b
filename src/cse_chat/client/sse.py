"""Server-sent events out of bytes, wherever the network has cut them.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cse_chat.client.errors import UnintelligibleError
from cse_chat.client.events import MOST_BYTES

_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_DIGITS: Final = re.compile("[0-9]{1,9}", re.ASCII)
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """What was sent.

    Attributes:
        name: ``message`` if it has none.
        data: Its lines, joined by line feeds.
        last_id: The last id that was sent, with it or before.
    """

    name: str
    data: str
    last_id: str


class ServerSentEvents:
    """Takes the bytes of one stream as they come.

    Attributes:
        retry: Seconds after which the server wants its clients back; ``None`` until it says so.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        """Begin.

        Args:
            most_bytes: What a line, and the data of an event, may be; beyond it this is no stream
                of ours, and nobody's memory is to be filled with it.
        """
        self._most_bytes = most_bytes
        self._line = bytearray()
        self._after_return = False
        self._is_first = True
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._last_id = ""
        self.retry: float | None = None

    def take(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Yield the events that *chunk* completes; to be exhausted before the next one is taken.

        Raises:
            UnintelligibleError: A line or an event is too large.
        """
        for line in self._lines(chunk):
            text = line.decode(errors="replace")
            if self._is_first:
                text = text.removeprefix(_BOM)
                self._is_first = False
            if text:
                self._take_field(text)
            elif event := self._dispatched():
                yield event

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        if not chunk:
            return
        if self._after_return and chunk.startswith(b"\n"):  # the CR ended the line already
            chunk = chunk[1:]
        self._after_return = chunk.endswith(b"\r")
        *ended, rest = _LINE_END.split(chunk)
        for end in ended:
            line = bytes(self._line) + end
            self._line.clear()
            yield line
        self._line += rest
        self._bound(len(self._line))

    def _take_field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
            self._size += len(value)
            self._bound(self._size)
        elif name == "event":
            self._name = value
        elif name == "id" and "\0" not in value:
            self._last_id = value
        elif name == "retry" and _DIGITS.fullmatch(value):
            self.retry = int(value) / 1000

    def _dispatched(self) -> ServerSentEvent | None:
        name, data = self._name or "message", self._data
        self._name, self._data, self._size = "", [], 0
        return ServerSentEvent(name, "\n".join(data), self._last_id) if data else None

    def _bound(self, size: int) -> None:
        if size > self._most_bytes:
            raise UnintelligibleError(f"an event of more than {self._most_bytes} bytes")
