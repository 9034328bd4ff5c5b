"""`Ledger`, `Claims` and `EventRecorder` as scripts: each call is one step of the server."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Self

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Argument
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.entries import find_entries
from cse_chat.adapters.redis.left_claims import LeftClaims, UnsureTokens
from cse_chat.adapters.redis.marks import TailMarks
from cse_chat.adapters.redis.offers import RedisOffers
from cse_chat.adapters.redis.recent import recent_turns, turns_to_read
from cse_chat.adapters.redis.recordings import Recordings, numbered
from cse_chat.adapters.redis.registrations import Registrations
from cse_chat.adapters.redis.request_scripts import RequestScripts, about_a_request, step
from cse_chat.adapters.redis.rows import refusal_of, settlement_of, tails_of
from cse_chat.adapters.redis.times import epoch_ms, milliseconds
from cse_chat.adapters.wire.events import accepted_tail, outcome_head, started_tail
from cse_chat.adapters.wire.outcomes import announcement_head
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.adapters.wire.turns import encode_turn
from cse_chat.domain.errors import (
    ClaimLostError,
    IdConflictError,
    ThreadDeletedError,
    TransportError,
)
from cse_chat.domain.model.claims import (
    Busy,
    Claim,
    EarlyAnswer,
    Entry,
    Incomplete,
    Settlement,
    Tail,
)
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ClaimToken, CorrelationId
from cse_chat.domain.model.outcomes import Durability, Outcome
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.threads import title_of

_REGISTER = step("register", "registering")
CLAIM = step("claim", "rows", "settlement", "registering")
_RENEW = about_a_request("renew", "lives")
_RELEASE = about_a_request("release", "lives")
_SETTLE = step("settle", "rows", "settlement")

ReplyTo = Callable[[CorrelationId], str | None]
"""Says which gateway waits for a request, by its id; ``None`` when nobody knows."""


def nobody_knows(_: CorrelationId) -> None:
    """Say of no request which gateway waits for it: its outcome is told to all of them."""


class RedisLedger:
    """One truth for every process that has the same server.

    Leases are in the server's time. An outcome is published on the request's own channel and on
    that of the gateway that waits for it, in the step that settles it.

    Args:
        connection: Opened before this.
        new_token: Makes a token that cannot be guessed.
        lease: How long a claim lives unless it is renewed.
        answer_ttl: How long a request is known after its last change.
        history_ttl: How long a thread is known after its last turn.
        reply_to: In a gateway, its own name; in a worker, what the record of the request says.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        new_token: Callable[[], ClaimToken],
        lease: timedelta,
        answer_ttl: timedelta,
        history_ttl: timedelta,
        reply_to: ReplyTo = nobody_knows,
    ) -> None:
        self._connection = connection
        self._new_token = new_token
        self._lease = milliseconds(lease)
        scripts = RequestScripts(connection, answer_ttl=answer_ttl, history_ttl=history_ttl)
        self._run, self._run_claimed = scripts.run, scripts.run_claimed
        self._recordings = Recordings(connection, scripts)
        self._reply_to = reply_to
        self.registrations = Registrations(self._write)
        self._left_claims = LeftClaims(self.release)
        self._unsure = UnsureTokens()
        self.marks = TailMarks(connection, life=answer_ttl)
        self.offers = RedisOffers(
            connection,
            scripts,
            registration=self._registration,
            on_settled=self._note_announced,
        )
        self.announced = 0  # outcomes, in the step that settles them

    async def __aenter__(self) -> Self:
        """Begin to repeat registrations, also those a restarted server may have lost."""
        self._connection.on_new_server(self.registrations.again)
        await self.registrations.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Stop repeating."""
        await self._left_claims.given_back()
        await self.marks.written()
        await self.registrations.__aexit__(*error)

    async def register(self, request: ChatRequest, durability: Durability) -> int | None:
        """See `Ledger.register`. While the server is away, it is kept at once."""
        if len(self.registrations) and self._connection.is_failing:
            self.registrations.keep(request, durability)
            return None
        try:
            position = await self._write(request, durability)
        except TransportError:
            self.registrations.keep(request, durability)
            return None
        self.registrations.written(request, durability)
        return position

    async def find(
        self, ids: Collection[CorrelationId], *, settled_only: bool = False
    ) -> Mapping[CorrelationId, Entry]:
        """See `Ledger.find`. Also known is what this process has still to register.

        Raises:
            TransportError: It cannot be read now.
            MalformedRecordError: Of a single id: its outcome cannot be read. Among several it is
                left out, so that it does not hide the others.
        """
        found = await find_entries(self._connection, ids, settled_only=settled_only)
        if settled_only or not len(self.registrations):
            return found
        kept = {cid: self.registrations.entry(cid) for cid in ids if cid not in found}
        return {**found, **{cid: entry for cid, entry in kept.items() if entry}}

    async def settle(
        self,
        outcome: Outcome,
        *,
        asked: Turn | None = None,
        claim: Claim | None = None,
        said: Sequence[Utterance] = (),
    ) -> Settlement:
        """See `Ledger.settle`.

        Raises:
            ClaimLostError: It is not settled, and a later claim has fenced *claim* off.
            IdConflictError: The id is another user's or thread's.
            ThreadDeletedError: It is not settled, and can only be settled `cancelled`.
            TransportError: It may or may not be settled.
        """
        asked = asked or self.registrations.asked(outcome.correlation_id)
        reply = await self._run(
            _SETTLE,
            outcome.correlation_id,
            outcome.thread_id,
            outcome.user_id,
            epoch_ms(outcome.settled_at),
            outcome.durability or "",
            self._reply_channel(outcome.correlation_id) or names.EVERY_GATEWAY,
            encode_turn(asked) if asked else "",
            title_of(asked.content) if asked else "",
            encode_turn(Turn.answering(outcome)),
            outcome.status,
            encode_outcome(outcome),
            announcement_head(outcome),
            outcome_head(outcome),
            outcome.attempt,
            claim.token if claim else "",
            names.CONTROL,
            *(numbered(claim, said) if claim else (0,)),
        )
        match reply[0]:
            case b"first":
                self._note_announced()
                return Settlement(outcome=outcome, done=tails_of(reply[1]))
            case b"lost":
                raise ClaimLostError(outcome.correlation_id)
            case b"id-conflict":
                raise IdConflictError(outcome.correlation_id)
            case b"deleted":
                raise ThreadDeletedError(outcome.thread_id)
        return settlement_of(reply, outcome.correlation_id, outcome.user_id)

    async def mark(self, correlation_id: CorrelationId, tail: Tail) -> None:
        """See `Ledger.mark`."""
        self.marks.add(correlation_id, tail)

    async def claim(
        self,
        request: ChatRequest,
        durability: Durability,
        *,
        partition: int | None = None,
        remembered: int = 0,
        early: EarlyAnswer | None = None,
    ) -> Claim | Busy | Settlement | Incomplete:
        """See `Claims.claim`."""
        if early and (settlement := await self.offers.settled(early)):
            return settlement
        token = self._unsure.pop(request.correlation_id) or self._new_token()

        def claim(attempt: int = 0, spent: int = 0, before: tuple[Turn, ...] = ()) -> Claim:
            return Claim(
                correlation_id=request.correlation_id,
                thread_id=request.thread_id,
                attempt=attempt,
                spent=spent,
                token=token,
                before=before,
            )

        claiming = self._run(
            CLAIM,
            request.correlation_id,
            request.thread_id,
            request.user_id,
            *self._registration(request, durability),
            token,
            self._lease,
            turns_to_read(remembered),
            started_tail(request),
            *(self.offers.settling(early) if early else ()),
            also=() if partition is None else (names.applied(partition),),
        )
        try:
            reply = await self._left_claims.unless_left(claiming, claim)
        except TransportError:
            self._unsure.keep(request.correlation_id, token)
            raise
        match reply[0]:
            case b"busy":
                return Busy()
            case b"incomplete":
                return Incomplete()
            case b"settled":
                return settlement_of(reply, request.correlation_id, request.user_id)
            case b"first" if early:
                self._note_announced()
                return Settlement(outcome=early.outcome, done=tails_of(reply[1]))
            case b"claimed":
                _, attempt, spent, newest = reply
                thread_id = request.thread_id
                try:
                    before = await recent_turns(self._connection, thread_id, remembered, newest)
                except BaseException:
                    self._left_claims.give_back(claim())
                    raise
                return claim(attempt, spent, before)
        raise refusal_of(reply[0], request)

    async def renew(self, claims: Collection[Claim]) -> Collection[Claim]:
        """See `Claims.renew`."""
        renewing = (self._run_claimed(_RENEW, claim, self._lease) for claim in claims)
        kept = await asyncio.gather(*renewing, return_exceptions=True)
        lost = [claim for claim, is_kept in zip(claims, kept, strict=True) if is_kept == 0]
        failures = [reply for reply in kept if isinstance(reply, BaseException)]
        if failures and not lost:  # else what is known is said: the others are asked again soon
            raise failures[0]
        return lost

    async def release(self, claim: Claim, *, spent: bool) -> None:
        """See `Claims.release`."""
        await self._run_claimed(_RELEASE, claim, int(spent))

    async def record(self, claim: Claim, said: Sequence[Utterance]) -> None:
        """See `EventRecorder.record`."""
        await self._recordings.record(claim, said)

    async def _write(self, request: ChatRequest, durability: Durability) -> int | None:
        reply = await self._run(
            _REGISTER,
            request.correlation_id,
            request.thread_id,
            request.user_id,
            *self._registration(request, durability),
        )
        position = reply[0] if reply else None
        if isinstance(position, bytes):
            raise refusal_of(position, request)
        return position

    def _note_announced(self) -> None:
        self.announced += 1  # by the script

    def _registration(self, request: ChatRequest, durability: Durability) -> tuple[Argument, ...]:
        return (
            epoch_ms(request.deadline),
            durability,
            self._reply_channel(request.correlation_id),
            encode_turn(Turn.asking(request)),
            accepted_tail(request),
            title_of(request.question.text),
        )

    def _reply_channel(self, correlation_id: CorrelationId) -> str:
        gateway_id = self._reply_to(correlation_id)
        return names.replies(gateway_id) if gateway_id else ""
