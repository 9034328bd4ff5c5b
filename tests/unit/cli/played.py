"""A service that is played by the test, and a clock that only pauses move."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from typing_extensions import override

from cse_chat.entrypoints.cli.exit_codes import CommandFailedError

URL = "http://127.0.0.1:8000"
HERE = "/api/chat/c1"
ANSWER: dict[str, Any] = {
    "correlation_id": "c1",
    "thread_id": "thread_1",
    "response": "Alpha gained.",
    "timestamp": "2026-07-24T10:00:00Z",
    "streaming": False,
    "chunk_index": 0,
    "is_final": True,
    "metadata": {
        "processing_time_ms": 1,
        "model_used": "cse-analyst/rules",
        "queue_time_ms": 0,
        "attempt": 1,
        "durability": "memory",
        "as_of": "2026-07-24",
        "sources": ["CSE"],
    },
}
OPEN: dict[str, Any] = {"correlation_id": "c1", "thread_id": "thread_1", "status": "running"}
PROBLEM: dict[str, Any] = {
    "type": "/problems/invalid-request",
    "title": "Invalid request",
    "status": 400,
    "detail": "The request has faults.",
    "errors": [{"pointer": "/message", "detail": "must have 1 to 4,000 characters"}],
    "request_id": "r1",
}
UNAVAILABLE: dict[str, Any] = {
    "type": "/problems/storage-unavailable",
    "title": "Storage unavailable",
    "status": 503,
    "detail": "Try again later.",
}


class PlayedService(httpx.BaseTransport):
    """Answers with what it was given, one after the other, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | BaseException) -> None:
        self._answers: Iterator[httpx.Response | BaseException] = iter(answers)
        self.requests: list[httpx.Request] = []

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer


class PlayedTime:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def respond(status: int, document: object, location: str | None = None) -> httpx.Response:
    headers = {} if location is None else {"Location": location}
    return httpx.Response(status, json=document, headers=headers)


def accepted(number: int = 1) -> httpx.Response:
    document = OPEN | {"correlation_id": f"c{number}"}
    return respond(202, document, f"/api/chat/c{number}")


def answered(text: str) -> httpx.Response:
    return respond(200, ANSWER | {"response": text})


def timeout_problem() -> httpx.Response:
    return respond(504, {"type": "/problems/reply-timeout", "detail": "later"}, HERE)


def failure_of(call: Callable[[], object]) -> CommandFailedError:
    with pytest.raises(CommandFailedError) as caught:
        call()
    return caught.value
