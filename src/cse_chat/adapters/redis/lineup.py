"""`Lineup` over what the ledger's scripts write."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Argument, Reply
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.request_scripts import RequestScripts, about_a_request
from cse_chat.adapters.redis.scripts.loading import Script
from cse_chat.adapters.redis.times import milliseconds
from cse_chat.domain.errors import (
    NotOwnerError,
    ThreadBusyError,
    ThreadDeletedError,
    TransportError,
)
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.questions import ChatRequest

_RESERVE = about_a_request("reserve", "lives")
_GIVE_BACK = about_a_request("give_back")


class RedisLineup:
    """Keeps a thread's place in its ``meta``, and reads who is open.

    Args:
        connection: Opened before it is used.
        answer_ttl: As the ledger's.
        history_ttl: As the ledger's.
        lease: How long a place is kept by itself: longer than accepting a question may take, and
            soon over when its process has died.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        answer_ttl: timedelta,
        history_ttl: timedelta,
        lease: timedelta = timedelta(seconds=7),
    ) -> None:
        self._connection = connection
        self._scripts = RequestScripts(connection, answer_ttl=answer_ttl, history_ttl=history_ttl)
        self._lease = milliseconds(lease)

    async def reserve(self, request: ChatRequest) -> None:
        """See `Lineup.reserve`."""
        match await self._run(_RESERVE, request, self._lease):
            case b"not-owner":
                raise NotOwnerError(request.thread_id)
            case b"deleted":
                raise ThreadDeletedError(request.thread_id)
            case b"busy":
                raise ThreadBusyError(request.thread_id)

    async def give_back(self, request: ChatRequest) -> None:
        """See `Lineup.give_back`."""
        with suppress(TransportError):
            await self._run(_GIVE_BACK, request)

    async def before(self, request: ChatRequest) -> Sequence[CorrelationId]:
        """See `Lineup.before`."""
        key = names.open_requests(request.thread_id)
        ids = [
            CorrelationId(cid.decode())
            for cid in await self._connection.command("ZRANGE", key, 0, -1)
        ]
        return ids[: ids.index(request.correlation_id)] if request.correlation_id in ids else ()

    async def _run(self, script_: Script, request: ChatRequest, *arguments: Argument) -> Reply:
        return await self._scripts.run(
            script_, request.correlation_id, request.thread_id, request.user_id, *arguments
        )
