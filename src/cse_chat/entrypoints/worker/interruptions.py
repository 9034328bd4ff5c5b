"""Deliveries that a store has interrupted, until they can go on."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import structlog

from cse_chat.domain.errors import TransportError

_log = structlog.get_logger(__name__)

SHORTEST: Final = timedelta(milliseconds=500)
LONGEST: Final = timedelta(seconds=30)
_LOOK_AGAIN: Final = timedelta(seconds=2)
_TOLD_EVERY: Final = 1.0  # second


class Interruptions:
    """Has each wait, the longer the more often it was interrupted; all go on once one got through.

    Every two seconds the one that has waited longest tries: so a store that is back is found, and those that
    wait for it do not ask it for its health by the thousand.
    """

    def __init__(
        self,
        pause: Callable[[timedelta], Awaitable[None]],
        *,
        look_again: timedelta = _LOOK_AGAIN,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Store the arguments.

        Args:
            pause: Returns after so long.
            look_again: How often one of those that wait tries.
            monotonic: Seconds from any origin.
        """
        self._pause = pause
        self._look_again = look_again.total_seconds()
        self._monotonic = monotonic
        self._waiting: OrderedDict[asyncio.Future[None], None] = OrderedDict()  # the longest first
        self._looking: asyncio.TimerHandle | None = None
        self._untold = 0
        self._told_at = float("-inf")

    async def wait(self, longest: timedelta) -> None:
        """Return after *longest*, or sooner: when it is this one's turn, or another got through.

        Never before `SHORTEST` is over: one that is interrupted whatever the others do must not keep the
        worker busy.
        """
        await self._pause(SHORTEST)
        if longest <= SHORTEST:
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[called] = None
        self._look_later()
        pause = asyncio.ensure_future(self._pause(longest - SHORTEST))
        try:
            await asyncio.wait({called, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting.pop(called, None)
            pause.cancel()

    def end(self) -> None:
        """One got through: have all that wait go on."""
        while self._waiting:
            self._call_first()

    def tell(self, error: TransportError) -> None:
        """Log that a delivery was interrupted: once a second, for they may be thousands."""
        self._untold += 1
        now = self._monotonic()
        if now - self._told_at >= _TOLD_EVERY:
            _log.warning("processing_interrupted", reason=error.slug, deliveries=self._untold)
            self._untold, self._told_at = 0, now

    def _call_first(self) -> None:
        called, _ = self._waiting.popitem(last=False)
        called.set_result(None)

    def _look_later(self) -> None:
        if self._looking is None:
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(self._look_again, self._look)

    def _look(self) -> None:
        self._looking = None
        if self._waiting:
            self._call_first()
            self._look_later()
