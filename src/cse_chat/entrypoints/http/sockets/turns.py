"""What a client wants done: one after the other, beside what it goes on to say."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from cse_chat.entrypoints.http.sockets.frames import Ask, Cancel


class Turns:
    """Does what is lined up, in its order, until it is finished."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        do: Callable[[Ask | Cancel], Awaitable[None]],
        *,
        most: int,
    ) -> None:
        """Begin.

        Args:
            tasks: Has it as one of them.
            do: Does one thing; what it raises ends the group.
            most: How many may wait.
        """
        self._do = do
        self._waiting: asyncio.Queue[Ask | Cancel] = asyncio.Queue(most)
        self._task = tasks.create_task(self._work())

    def line_up(self, frame: Ask | Cancel) -> bool:
        """Have it done after what came before; say whether there was room."""
        try:
            self._waiting.put_nowait(frame)
        except asyncio.QueueFull:
            return False
        return True

    async def finish(self, *, within: timedelta) -> None:
        """Return when all is done, or *within* is over; nothing is done from then on."""
        all_is_done = asyncio.ensure_future(self._waiting.join())
        await asyncio.wait({all_is_done}, timeout=within.total_seconds())
        all_is_done.cancel()
        self._task.cancel()

    async def _work(self) -> None:
        while True:
            frame = await self._waiting.get()
            try:
                await self._do(frame)
            finally:
                self._waiting.task_done()
