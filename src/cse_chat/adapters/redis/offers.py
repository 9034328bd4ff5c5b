"""`Offers` as a key for each request, in which the one waits for the other."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Argument, Reply
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.early_answers import Settling, WrittenAnswers, outcome_in
from cse_chat.adapters.redis.errors import kind_of
from cse_chat.adapters.redis.request_scripts import RequestScripts, step
from cse_chat.adapters.redis.scripts.loading import Script
from cse_chat.adapters.wire.events import started_tail
from cse_chat.adapters.wire.turns import encode_turn
from cse_chat.domain.model.claims import EarlyAnswer, Settlement, Tail
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest

_log = structlog.get_logger(__name__)

_CLAIM: Final = ("rows", "settlement", "registering")
_LAYOUT: Final = step("claim", *_CLAIM).digest[:8]
_OFFER: Final = step("claim", *_CLAIM, first=("offers", "offer"), then=("taken",))
_ACCEPT: Final = step("claim", *_CLAIM, first=("offers", "accept"), then=("taken",))
_CLAIMS_NOTHING: Final = ("", 0, 0)  # token, lease, how many turns to return

_MARKS: Final = {tail: f"done:{tail}" for tail in Tail}

Registration = Callable[[ChatRequest, Durability], tuple[Argument, ...]]


class RedisOffers:
    """Whoever comes second runs the script of a claim, with the arguments of who offers.

    Args:
        connection: Opened before it is used.
        scripts: What runs them.
        registration: The arguments by which a request is made known.
        on_settled: Called whenever one of ours has settled a request.
    """

    def __init__(
        self,
        connection: RedisConnection,
        scripts: RequestScripts,
        *,
        registration: Registration,
        on_settled: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._scripts = scripts
        self._registration = registration
        self._written = WrittenAnswers()
        self._on_settled = on_settled
        self._is_failing = False
        self.met = 0
        """How many requests were settled by what was called here."""

    def offer(self, hint: Hint, early: EarlyAnswer) -> None:
        """See `Offers.offer`."""
        registration = self._registration(hint.request, hint.durability)
        started = started_tail(hint.request)
        self._run(
            _OFFER, hint, *registration, *_CLAIMS_NOTHING, started, *self._written.kept(early)
        )

    def accept(self, hint: Hint) -> None:
        """See `Offers.accept`."""
        self._run(_ACCEPT, hint, encode_turn(Turn.asking(hint.request)))

    async def settled(self, early: EarlyAnswer) -> Settlement | None:
        """Return that *early* has settled its request, if it was offered here and has.

        Nothing is decided by that: it takes a tenth of a claim that finds the same.
        """
        written = self._written.found(early)
        if written is None:
            return None
        correlation_id = early.outcome.correlation_id
        # The marks last: they are there when the outcome is.
        outcome, marks = await asyncio.gather(
            self._connection.command("GET", names.response(correlation_id)),
            self._connection.command("HMGET", names.request(correlation_id), *_MARKS.values()),
        )
        if outcome != outcome_in(written):
            return None
        done = (tail for tail, mark in zip(_MARKS, marks, strict=True) if mark)
        return Settlement(outcome=early.outcome, done=frozenset(done))

    def settling(self, early: EarlyAnswer) -> Settling:
        """Return the arguments by which a claim settles with *early*."""
        return self._written.taken(early)

    def _run(self, script: Script, hint: Hint, *arguments: Argument) -> None:
        request = hint.request
        applied = () if hint.partition is None else (names.applied(hint.partition),)
        running = self._scripts.run(
            script,
            request.correlation_id,
            request.thread_id,
            request.user_id,
            *arguments,
            _LAYOUT,
            also=(*applied, names.offer(request.correlation_id)),
        )
        running.add_done_callback(self._note)

    def _note(self, running: asyncio.Future[Reply]) -> None:
        error = running.exception()
        if error is not None and not self._is_failing:  # else it was said
            _log.warning("offers_fail", error=kind_of(error.__cause__ or error))
        self._is_failing = error is not None
        if error is None and running.result()[0] == b"first":
            self.met += 1
            self._on_settled()
