"""The gateway beside its routes: what runs between opening and closing it."""

from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self

from cse_chat.adapters.followers import Followers
from cse_chat.adapters.listeners import Listeners
from cse_chat.domain.use_cases.sweep_replies import SweepReplies
from cse_chat.entrypoints.periodic import PASS_INTERVAL, repeated
from cse_chat.entrypoints.readiness import Readiness
from cse_chat.entrypoints.sockets import Sockets

_PARTING = timedelta(seconds=6)


class GatewayService:
    """Looks for lost announcements; open while entered."""

    def __init__(
        self,
        *,
        sweep_replies: SweepReplies,
        listeners: Listeners,
        followers: Followers,
        sockets: Sockets,
        readiness: Readiness,
    ) -> None:
        """Store the arguments.

        Args:
            sweep_replies: The pass.
            listeners: Who waits here.
            followers: Who follows here.
            sockets: Who talks over a socket here.
            readiness: Told when the end begins.
        """
        self._sweep_replies = sweep_replies
        self.listeners = listeners
        self.followers = followers
        self.sockets = sockets
        self._readiness = readiness
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Begin to look: again and again, and after each gap."""
        self.listeners.on_gap = self._sweep_replies
        await self._stack.enter_async_context(repeated(self._sweep_replies, every=PASS_INTERVAL))
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop looking."""
        await self._stack.aclose()

    def drain(self) -> None:
        """Hold nobody any longer: the answers come, and are read at another gateway."""
        self._readiness.draining = True
        self.listeners.let_go()
        self.followers.let_go()
        self.sockets.let_go()

    async def emptied(self) -> None:
        """Return once no socket is open, or they were given the time that it takes to close one."""
        await self.sockets.gone(within=_PARTING)
