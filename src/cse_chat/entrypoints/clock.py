"""Time, ids and chance: what the domain may not make itself."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId

# Both go on while a laptop sleeps; `time.monotonic` does not everywhere.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


_BASE32 = b"abcdefghijklmnopqrstuvwxyz234567" * 8


steady_seconds: Callable[[], float] = partial(time.clock_gettime, _STEADY)
"""Returns seconds from any origin; nobody can set it, and it never goes back."""


class SteadyClock:
    """The time of day in UTC, read once and carried on by a clock nobody can set.

    So a step of the host's clock expires no deadline and revives no lease.
    """

    def __init__(
        self,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = steady_seconds,
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


def new_uuid() -> str:
    """Return 122 random bits as a UUID: what ``str(uuid4())`` gives, in a third of its time."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def new_correlation_id() -> CorrelationId:
    """Return 122 random bits as a UUID."""
    return CorrelationId(new_uuid())


def new_thread_id() -> ThreadId:
    """Return ``thread_`` and 26 random characters, 5 bits each: not to be guessed."""
    # A byte has 256 values, eight for each letter of the alphabet: all are equally likely.
    return ThreadId(f"thread_{os.urandom(26).translate(_BASE32).decode()}")


def new_gateway_id() -> str:
    """Return 128 random bits, which name a gateway for as long as it lives."""
    return os.urandom(16).hex()


def new_worker_id() -> str:
    """Return what names a worker for as long as it lives."""
    return f"worker-{os.urandom(16).hex()}"


def new_epoch() -> str:
    """Return 64 random bits, never a counter: one would come again after a loss."""
    return os.urandom(8).hex()


def new_claim_token() -> ClaimToken:
    """Return 128 random bits."""
    return ClaimToken(os.urandom(16).hex())
