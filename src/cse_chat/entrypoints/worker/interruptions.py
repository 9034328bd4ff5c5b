"""Deliveries that a store has interrupted, until they can go on."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import timedelta
from typing import Final

import structlog

from cse_chat.domain.errors import TransportError

_log = structlog.get_logger(__name__)

SHORTEST: Final = timedelta(milliseconds=500)
LONGEST: Final = timedelta(seconds=30)
_LOOK_EVERY: Final = timedelta(seconds=2)
_TELL_EVERY: Final = timedelta(seconds=1)
_BY_EACH: Final = 2  # are called by one that got through: so all soon are, and never all at once


class Interruptions:
    """Has each wait, the longer the more often it was interrupted; sooner where others get through.

    Every two seconds the one that has waited longest tries: so a store that is back is found. While no
    more are interrupted, twice as many try each time, for what they do may take long; and whoever gets through
    calls two others.
    """

    def __init__(
        self,
        pause: Callable[[timedelta], Awaitable[None]],
        *,
        look_every: timedelta = _LOOK_EVERY,
        tell_every: timedelta = _TELL_EVERY,
    ) -> None:
        """Store the arguments.

        Args:
            pause: Returns after so long.
            look_every: How often some of those that wait try.
            tell_every: How often the log is told, at most.
        """
        self._pause = pause
        self._look_every = look_every.total_seconds()
        self._tell_every = tell_every.total_seconds()
        self._waiting: OrderedDict[asyncio.Future[None], None] = OrderedDict()  # the longest first
        self._looking: asyncio.TimerHandle | None = None
        self._trying = 1  # so many, the next time
        self._untold = 0
        self._because = ""

    async def wait(self, longest: timedelta) -> None:
        """Return after *longest*, or sooner: when it is this one's turn.

        Never in its first quarter, nor before `SHORTEST` is over: what is interrupted whatever others do must
        not keep the worker busy.
        """
        alone = max(SHORTEST, longest / 4)
        await self._pause(min(alone, longest))
        if longest <= alone:
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[called] = None
        self._look_later()
        pause = asyncio.ensure_future(self._pause(longest - alone))
        try:
            await asyncio.wait({called, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting.pop(called, None)
            pause.cancel()

    def end(self) -> None:
        """One got through: have others go on."""
        self._call(_BY_EACH)

    def tell(self, error: TransportError) -> None:
        """Note that one is interrupted; the log is told how often that was, for it may be by the thousand."""
        self._trying = 1
        self._because = str(error)
        self._untold += 1
        if self._untold == 1:
            # Without the context of whoever happens to be the first: it is about all of them.
            loop = asyncio.get_running_loop()
            loop.call_later(self._tell_every, self._say, error.slug, context=Context())

    def _say(self, reason: str) -> None:
        times, self._untold = self._untold, 0
        _log.warning("processing_interrupted", reason=reason, because=self._because, times=times)

    def _call(self, most: int) -> None:
        for _ in range(min(most, len(self._waiting))):
            called, _ = self._waiting.popitem(last=False)
            called.set_result(None)

    def _look_later(self) -> None:
        if self._looking is None:
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(self._look_every, self._look, context=Context())

    def _look(self) -> None:
        self._looking = None
        self._call(self._trying)
        self._trying *= 2
        if self._waiting:
            self._look_later()
