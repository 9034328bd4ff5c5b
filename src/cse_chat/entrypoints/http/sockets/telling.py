"""What a socket is told of its thread."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

from cse_chat.adapters.wire.events import followed_json
from cse_chat.domain.errors import ChatError, NotFoundError, NotOwnerError, TransportError
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.entrypoints.http.sockets import closings
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.http.sockets.outgoing import Outgoing
from cse_chat.entrypoints.http.sockets.service import SocketService

_PAUSE_SECONDS: Final = 1.0
_TRIES: Final = 5


class Telling:
    """Tells what happens behind a cursor, also across a store that is away for a while."""

    __slots__ = (
        "_after",
        "_end",
        "_outgoing",
        "_refuse",
        "_service",
        "_thread_id",
        "_tries",
        "_user_id",
    )

    def __init__(
        self,
        service: SocketService,
        outgoing: Outgoing,
        *,
        thread_id: ThreadId,
        user_id: UserId,
        after: Cursor | None,
        end: Callable[[Closing], None],
        refuse: Callable[[ChatError], Awaitable[None]],
    ) -> None:
        """Store the arguments.

        Args:
            service: See there.
            outgoing: Of the socket.
            thread_id: What it is about.
            user_id: Who is told.
            after: Behind which event to begin.
            end: Told why the socket ends.
            refuse: Told what is wrong that does not end it; nothing more is told then.
        """
        self._service = service
        self._outgoing = outgoing
        self._thread_id = thread_id
        self._user_id = user_id
        self._after = after
        self._tries = 0
        self._end = end
        self._refuse = refuse

    async def __call__(self) -> None:
        """Tell until there is nobody to tell, or to tell it."""
        while True:
            try:
                await self._tell()
            except TransportError:
                pass
            except NotFoundError:
                # Its first question may not be known yet, because the store was away.
                self._tries += 1
                if self._tries == _TRIES:
                    self._end(closings.NOT_YOURS)
                    return
            except NotOwnerError:
                self._end(closings.NOT_YOURS)
                return
            except ChatError as error:
                await self._refuse(error)
                return
            else:
                if not self._outgoing.is_over:  # nobody is told anything here any more
                    self._end(closings.GOING_AWAY)
                return
            if self._service.sockets.is_let_go:  # whoever comes back elsewhere is told
                return
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _tell(self) -> None:
        await self._service.threads.own(self._thread_id, self._user_id)
        stretches = self._service.follow_thread(
            self._thread_id, self._user_id, after=self._after, idle=None
        )
        async with aclosing(stretches):
            async for stretch in stretches:
                if stretch:  # else there was nothing yet
                    texts = [followed_json(found, now=self._service.now) for found in stretch]
                    if not await self._outgoing.send(*texts):
                        return
                    self._after, self._tries = stretch[-1].cursor, 0
