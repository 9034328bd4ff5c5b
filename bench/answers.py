"""HTTP answers as they come off a socket, and whether they are the right ones."""

import re
from dataclasses import dataclass

_HEAD_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})\b")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CORRELATED = re.compile(rb"\r\nx-correlation-id: *([^\r\n]+)", re.IGNORECASE)

OK = 200


class UnreadableAnswerError(Exception):
    """The bytes are no HTTP/1.1 answer with a length: nothing after them can be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer.

    Attributes:
        head: Status line and headers, without the empty line.
    """

    status: int
    head: bytes
    body: bytes


class AnswerReader:
    """Puts the answers of one connection together; one is under way at a time."""

    def __init__(self) -> None:
        self._received = b""

    def feed(self, data: bytes) -> Answer | None:
        """Take what came, and return the answer once it is whole.

        Raises:
            UnreadableAnswerError: It cannot be one, or more came than was asked for.
        """
        self._received += data
        end = self._received.find(_HEAD_END)
        if end < 0:
            return None
        head = self._received[:end]
        status, length = _STATUS.match(head), _LENGTH.search(head)
        if status is None or length is None:
            raise UnreadableAnswerError("no status or no content-length")
        start = end + len(_HEAD_END)
        missing = start + int(length[1]) - len(self._received)
        if missing > 0:
            return None
        if missing < 0:
            raise UnreadableAnswerError("more than one answer")
        body, self._received = self._received[start:], b""
        return Answer(int(status[1]), head, body)


def is_right(answer: Answer, text: bytes) -> bool:
    """Tell whether *answer* is a success with *text* that names one request in head and body.

    A server that names no request in the head (a bare handler) is not held to that.
    """
    if answer.status != OK or text not in answer.body:
        return False
    named = _CORRELATED.search(answer.head)
    return named is None or b'"correlation_id":"%b"' % named[1] in answer.body
