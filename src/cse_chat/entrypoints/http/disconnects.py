"""Callers who hang up while they wait."""

import asyncio
from types import TracebackType
from typing import Final, Self

from litestar.types import Receive

CLIENT_CLOSED_REQUEST: Final = 499
"""What the log says of them, as nginx does; nobody receives it."""

_LOOK_AFTER: Final = 0.5  # seconds: most are answered before, and cost no task then


class CancelledOnDisconnect:
    """Cancels what stands inside when the caller hangs up, half a second after it was entered or later.

    The cancellation ends here: behind it `is_gone` says that nobody takes a response. As
    `asyncio.timeout`, it leaves alone who is cancelled for another reason.

    Args:
        receive: Where the server says so; the body was read.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._looking: asyncio.Task[None] | None = None
        self.is_gone = False

    def __enter__(self) -> Self:
        """Begin to wait."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- an ASGI application is awaited by one
        self._task, self._cancelling = task, task.cancelling()
        self._timer = asyncio.get_running_loop().call_later(_LOOK_AFTER, self._look)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Look no longer; take the cancellation if it is its own."""
        self._timer.cancel()
        if self._looking:
            self._looking.cancel()
        is_own = self.is_gone and self._task.uncancel() <= self._cancelling
        return is_own and kind is asyncio.CancelledError

    def _look(self) -> None:
        self._looking = asyncio.get_running_loop().create_task(self._cancel_when_gone())

    async def _cancel_when_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.is_gone = True
        self._task.cancel()
