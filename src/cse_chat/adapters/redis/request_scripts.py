"""How a script about one request is called: all have the same keys and begin alike."""

import asyncio
import os
from datetime import timedelta

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Argument, Reply
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.scripts.loading import Script, script
from cse_chat.adapters.redis.times import milliseconds
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId


class RequestScripts:
    """Has scripts run that build upon ``request.lua``.

    Args:
        connection: Opened before it is used.
        answer_ttl: How long a request is known after its last change.
        history_ttl: How long a thread is known after its last turn.
    """

    def __init__(
        self, connection: RedisConnection, *, answer_ttl: timedelta, history_ttl: timedelta
    ) -> None:
        self._connection = connection
        self._lives = (milliseconds(answer_ttl), milliseconds(history_ttl))

    def run(
        self,
        script: Script,
        correlation_id: CorrelationId,
        thread_id: ThreadId,
        user_id: UserId,
        *arguments: Argument,
        also: tuple[str, ...] = (),
    ) -> asyncio.Future[Reply]:
        """Have *script* run with *arguments*; behind the keys that all have come those of *also*."""
        keys = (
            names.request(correlation_id),
            names.response(correlation_id),
            names.owner(thread_id),
            names.open_requests(thread_id),
            names.messages(thread_id),
            names.meta(thread_id),
            names.events(thread_id),
            names.stream(thread_id),
            names.threads_of(user_id),
            *also,
        )
        epoch = os.urandom(8).hex()  # random: a counter would come again after a loss
        shared = (*self._lives, epoch, correlation_id, thread_id, user_id)
        return self._connection.run(script, keys, *shared, *arguments)

    def run_claimed(
        self, script: Script, claim: Claim, *arguments: Argument
    ) -> asyncio.Future[Reply]:
        """Have *script* run for whoever holds *claim*: its token comes before *arguments*."""
        nobody = UserId("")
        return self.run(
            script, claim.correlation_id, claim.thread_id, nobody, claim.token, *arguments
        )


def about_a_request(name: str, *parts: str) -> Script:
    """Return the script *name*, which looks at a request and its thread."""
    return script(name, "clock", "owners", "request", *parts)


def step(name: str, *parts: str, first: tuple[str, ...] = (), then: tuple[str, ...] = ()) -> Script:
    """Return the script *name*, which uses a thread: what it leaves to be written is.

    What is *first* comes before the arguments are read, what is *then* before it is written.
    """
    before = ("clock", "owners", "positions", *first, "request", "step")
    return script(name, *before, *parts, then=(*then, "written"))
