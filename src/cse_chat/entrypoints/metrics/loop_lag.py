"""How far the event loop is behind."""

import asyncio
import time
from types import TracebackType
from typing import Final, Self

from cse_chat.adapters.durations import UP_TO_A_TIMEOUT, Durations

_EVERY: Final = 0.25  # seconds


class LoopLag:
    """Sets a timer again and again while it is entered, and sees how late it is called."""

    def __init__(self) -> None:
        self.seconds = Durations(UP_TO_A_TIMEOUT)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        """Begin to look."""
        self._set(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        # A timer, not a task that sleeps: that costs a third of it. Not by the time of the loop,
        # which stands still while it is busy.
        due = time.perf_counter() + _EVERY
        self._timer = loop.call_later(_EVERY, self._look, loop, due)

    def _look(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self.seconds.observe(max(0.0, time.perf_counter() - due))
        self._set(loop)
