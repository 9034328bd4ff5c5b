"""Where log lines go: those of one turn of the event loop together, in one write."""

import asyncio
from typing import TextIO


class LineWriter:
    """What structlog calls with a line that is ready.

    A line that is no trouble is written when the loop comes round, with all that came meanwhile:
    a write and a flush for each took a third of what the line costs. Trouble is written at once,
    and so is everything where no loop runs; what waits goes first, so the order stays. A killed
    process loses the lines of one turn.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []

    def info(self, line: str) -> None:
        """Write *line* soon."""
        self._waiting.append(line)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # before the loop, after it, or in another thread
            self.flush()
            return
        if len(self._waiting) == 1:
            loop.call_soon(self.flush)

    def error(self, line: str) -> None:
        """Write *line* now."""
        self._waiting.append(line)
        self.flush()

    msg = debug = info
    warning = warn = critical = fatal = exception = failure = err = error

    def flush(self) -> None:
        """Write what waits."""
        lines, self._waiting = self._waiting, []
        if lines:
            self._stream.write("\n".join([*lines, ""]))
            self._stream.flush()
