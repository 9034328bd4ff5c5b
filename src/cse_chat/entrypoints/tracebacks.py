"""Errors in the log: their kinds and where they came from, never their messages.

The message of an error that nobody expected may quote what a person wrote.
"""

import sys
from collections.abc import Iterator
from itertools import islice
from traceback import walk_tb
from types import TracebackType
from typing import Final

from structlog.typing import EventDict, WrappedLogger

from cse_chat.domain.errors import ChatError

_MAX_FRAMES: Final = 20  # the innermost; more of them say nothing more
_MAX_ERRORS: Final = 20  # of one chain, groups counted through


def add_traceback(_: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Put ``exception``, a list of errors from the newest to its first cause, for ``exc_info``."""
    given = event.pop("exc_info", method == "exception" or None)
    error = _error_of(given)
    if error is not None:
        event["exception"] = [_as_fields(link) for link in islice(_chain(error), _MAX_ERRORS)]
    return event


def flatten_traceback(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Turn what `add_traceback` put into lines for a terminal."""
    chain = event.get("exception")
    if isinstance(chain, list):
        event["exception"] = "\n".join(
            "\n".join([str(link["type"]), *(f"  {frame}" for frame in link["frames"])])
            for link in chain
        )
    return event


def _error_of(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exception() if given else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        link = waiting.pop(0)
        if id(link) in seen:  # a chain may be a ring
            continue
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting += link.exceptions
        before = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
        if before is not None:
            waiting.append(before)


def _as_fields(error: BaseException) -> dict[str, object]:
    kind = type(error)
    fields: dict[str, object] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if isinstance(error, ChatError):
        fields["slug"] = error.slug
    if isinstance(error, OSError) and error.errno is not None:
        fields["errno"] = error.errno
    fields["frames"] = _frames(error.__traceback__)
    return fields


def _frames(traceback: TracebackType | None) -> list[str]:
    frames = [
        f"{frame.f_code.co_filename}:{line} in {frame.f_code.co_qualname}"
        for frame, line in walk_tb(traceback)
    ]
    return frames[-_MAX_FRAMES:]
