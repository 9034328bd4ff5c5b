"""Trying again, elsewhere and later, without a crowd that does so at the same moment."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cse_chat.client.errors import UnreachableError
from cse_chat.client.gateways import Gateway, Gateways

_RETRY_SECONDS: Final = 1.0
_LONGEST_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how a client tries.

    Attributes:
        limit: For how long no gateway may answer anything before it is given up.
        first_bytes: How long a socket or stream may take to say anything before another way is
            tried; a service of ours does so at once.
        silence: How long it may then be silent. Into a stream a comment comes every 15 s; a socket
            is asked for a sign of life after half of it.
        pause: Sleeps for seconds.
        chance: Evenly distributed from 0 up to 1.
        monotonic: A clock in seconds.
    """

    limit: timedelta = timedelta(minutes=2)
    first_bytes: timedelta = timedelta(seconds=5)
    silence: timedelta = timedelta(seconds=40)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    monotonic: Callable[[], float] = time.monotonic


class Retries:
    """One undertaking that may have to be tried several times.

    Attributes:
        patience: How long it may take.
        retry: Seconds that the service wants its clients to wait, about.
    """

    def __init__(self, gateways: Gateways, patience: Patience) -> None:
        self._gateways = gateways
        self.patience = patience
        self._failures = 0
        self._failing_since: float | None = None
        self.retry = _RETRY_SECONDS

    @property
    def gateway(self) -> Gateway:
        """Where to try."""
        return self._gateways.current

    def succeeded(self) -> None:
        """Note that a gateway said something of use."""
        self._failures = 0
        self._failing_since = None

    async def again(
        self, failed: Gateway, *, because: Exception | None = None, after: float | None = None
    ) -> None:
        """Turn to the next gateway, and return when it is time to try there.

        The pause is anything up to a limit that doubles with each round of failures: of a thousand
        clients of a gateway that has ended, one comes every millisecond.

        Args:
            failed: What was tried.
            because: What happened; ``None``: it ended what it was telling, as it may.
            after: Seconds that a gateway wants us to wait at least.

        Raises:
            UnreachableError: Nothing was heard for longer than there is patience.
        """
        self._gateways.leave(failed)
        now = self.patience.monotonic()
        self._failing_since = now if self._failing_since is None else self._failing_since
        rounds = self._failures // len(self._gateways)
        self._failures += 1
        most = min(self.retry * 2 ** min(rounds, 10), _LONGEST_SECONDS)
        pause = self.patience.chance() * most + (after or 0.0)
        if now + pause - self._failing_since > self.patience.limit.total_seconds():
            reason = because or "the stream ends again and again"
            raise UnreachableError(f"no answer from {self._gateways}: {reason}") from because
        await self.patience.pause(pause)
