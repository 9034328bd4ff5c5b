"""Time, ids and chance: what the domain may not make itself."""

import base64
import secrets
import time
from datetime import UTC, datetime
from uuid import uuid4

from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId

# Both go on while a laptop sleeps; `time.monotonic` does not everywhere.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SteadyClock:
    """The time of day in UTC, read once and carried on by a clock nobody can set.

    So a step of the host's clock expires no deadline and revives no lease.
    """

    def __init__(self) -> None:
        self._origin = time.time() - _seconds()

    def __call__(self) -> datetime:
        """Return the time now."""
        return datetime.fromtimestamp(self._origin + _seconds(), UTC)


def _seconds() -> float:
    return time.clock_gettime(_STEADY)


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
