"""Time, ids and chance: what the domain may not make itself."""

import base64
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId

# Both go on while a laptop sleeps; `time.monotonic` does not everywhere.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _seconds() -> float:
    return time.clock_gettime(_STEADY)


class SteadyClock:
    """The time of day in UTC, read once and carried on by a clock nobody can set.

    So a step of the host's clock expires no deadline and revives no lease.
    """

    def __init__(
        self,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = _seconds,
    ) -> None:
        """Store the arguments.

        Args:
            wall: The host's clock, in seconds since 1970; read once, now.
            steady: What carries it on, in seconds from any origin.
        """
        self._steady = steady
        self._origin = wall() - steady()

    def __call__(self) -> datetime:
        """Return the time now."""
        return datetime.fromtimestamp(self._origin + self._steady(), UTC)


def new_correlation_id() -> CorrelationId:
    """Return 122 random bits as a UUID."""
    return CorrelationId(str(uuid4()))


def new_thread_id() -> ThreadId:
    """Return ``thread_`` and 128 random bits in 26 characters: not to be guessed."""
    random = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
    return ThreadId(f"thread_{random}")


def new_claim_token() -> ClaimToken:
    """Return 128 random bits."""
    return ClaimToken(secrets.token_hex(16))
