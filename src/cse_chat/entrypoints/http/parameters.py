"""What stands in an address: ids and query parameters."""

import re
from datetime import timedelta

from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.ids import CorrelationId, ThreadId, is_correlation_id, is_thread_id

MAX_PAGE = 1_000
DEFAULT_PAGE = 100
MAX_THREADS_PAGE = 100
DEFAULT_THREADS_PAGE = 50

# Not int() and float(): they take spaces, underscores, "nan" and the digits of every script.
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_COUNT = re.compile(r"[0-9]{1,4}")


def correlation_id_of(text: str) -> CorrelationId:
    """Return the id that *text* is.

    Raises:
        InvalidRequestError: It is no UUID in its canonical form.
    """
    if not is_correlation_id(text):
        raise InvalidRequestError(
            Violation(("correlation_id",), "must be a UUID with hyphens, in lower case")
        )
    return CorrelationId(text)


def thread_id_of(text: str) -> ThreadId:
    """Return the id that *text* is.

    Raises:
        InvalidRequestError: It cannot name a thread.
    """
    if not is_thread_id(text):
        raise InvalidRequestError(
            Violation(("thread_id",), "must be 1 to 128 characters out of A-Z a-z 0-9 _ -")
        )
    return ThreadId(text)


def cursor_of(after: str | None, *, last_event_id: str | None) -> Cursor | None:
    """Return behind which event to begin; ``None``: with the first.

    Args:
        after: The query parameter.
        last_event_id: The header, which a client sends by itself when it comes back: it knows
            better than the address. Empty is none.

    Raises:
        InvalidRequestError: One of them is no cursor.
    """
    given = None if after is None else Cursor.parse(after)
    return Cursor.parse(last_event_id, field="Last-Event-ID") if last_event_id else given


def wait_of(text: str | None, *, longest: timedelta) -> timedelta:
    """Return how long to wait: at most *longest*, and not at all if *text* is ``None``.

    Raises:
        InvalidRequestError: *text* is no number of seconds.
    """
    if text is None:
        return timedelta(0)
    if not _SECONDS.fullmatch(text):
        raise InvalidRequestError(
            Violation(("wait",), "must be a number of seconds, such as 10 or 0.5")
        )
    return min(timedelta(seconds=float(text)), longest)


def limit_of(text: str | None, *, most: int = MAX_PAGE, unless_given: int = DEFAULT_PAGE) -> int:
    """Return how many a page may have.

    Args:
        text: As it stands in the address.
        most: More is refused.
        unless_given: For ``None``.

    Raises:
        InvalidRequestError: *text* is no number from 1 to *most*.
    """
    if text is None:
        return unless_given
    if not _COUNT.fullmatch(text) or not 1 <= int(text) <= most:
        raise InvalidRequestError(
            Violation(("limit",), f"must be a whole number from 1 to {most:,}")
        )
    return int(text)
