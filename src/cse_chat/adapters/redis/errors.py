"""What redis-py raises, as errors of the domain."""

from collections.abc import Generator
from contextlib import contextmanager

from redis.exceptions import RedisError

from cse_chat.domain.errors import TransportError

FAILURES = (RedisError, OSError, TimeoutError)
"""All a client or the network raises; `TimeoutError` is also a time of our own that is over."""


def transport_error(error: BaseException) -> TransportError:
    """Return *error* as ours: its kind, and never what was sent."""
    return TransportError(f"Redis: {kind_of(error)}")


def kind_of(error: BaseException) -> str:
    """Return the server's code (``OOM``, ``READONLY``, ``NOAUTH`` ...), or the class of *error*.

    The rest of a server's message may quote the command, and with it what a user wrote.
    """
    code = str(error).split(" ", 1)[0]
    return code if code.isascii() and code.isupper() else type(error).__name__


@contextmanager
def translated() -> Generator[None]:
    """Raise what the client raises as `TransportError`."""
    try:
        yield
    except FAILURES as error:
        raise transport_error(error) from error
