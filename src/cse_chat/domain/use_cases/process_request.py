"""Bring one delivered request to its end."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from cse_chat.domain.errors import (
    AgentError,
    ClaimLostError,
    IdConflictError,
    NotOwnerError,
    ThreadDeletedError,
    TransportError,
)
from cse_chat.domain.model.attempts import AttemptPolicy
from cse_chat.domain.model.claims import Busy, Claim, EarlyAnswer, Incomplete, Settlement
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.outcomes import Outcome, Problem, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.ledger import Claims
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.use_cases.answer_early import AnswerEarly
from cse_chat.domain.use_cases.apply_responses import ApplyResponses
from cse_chat.domain.use_cases.finish_tail import FinishTail
from cse_chat.domain.use_cases.keep_claims import HeldClaim, KeepClaims
from cse_chat.domain.use_cases.narrate import Narrate, Narration
from cse_chat.domain.use_cases.read_answer import PAST_DEADLINE
from cse_chat.domain.use_cases.record_history import THREAD_DELETED, RecordHistory
from cse_chat.domain.use_cases.run_agent import RunAgent

CRASHED = Problem(
    slug="agent-failed", detail="Every attempt to answer broke off; the question was set aside."
)
GAVE_UP = Problem(
    slug="agent-failed", detail="Every attempt to answer failed; the question was set aside."
)
ID_CONFLICT = Problem(
    slug="id-conflict", detail="The correlation id is that of another user's or thread's request."
)
NOT_OWNER = Problem(slug="not-owner", detail="The thread belongs to another user.")


class AnsweredAhead(Protocol):
    """Knows what an agent said to a request before it was delivered, if it was asked."""

    async def __call__(
        self, request: ChatRequest, /, *, is_urgent: Callable[[], bool]
    ) -> EarlyAnswer | None:
        """Return it, once it is said; a little later where that is not urgent."""
        ...


class Progress:
    """How far the processing of a delivery is, for whoever may have to stop it.

    Attributes:
        answering: An agent runs, or what it said is being settled: work that would be lost.
        ended: Its status once it is settled; ``settled-before`` if that was found; else
            ``set-aside``.
        is_awaited: Others of its thread may be waiting until it is finished.
        is_finishing: It is settled, and what is left to do is being done.
    """

    __slots__ = ("answering", "ended", "is_awaited", "is_finishing")

    def __init__(self) -> None:
        self.answering = False
        self.ended = "set-aside"
        self.is_awaited = False
        self.is_finishing = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRequest:
    """Claim a request, have the agent answer it, settle it, and finish its tail.

    Of an agent that may answer early, the claim can be the settlement (`AnswerEarly`), and find that
    its answer has settled it before it was delivered (`AnswerAhead`).

    It may be called again for the same request, by anybody, at any time: what is done is not
    repeated, and while another's claim is alive it waits.

    Attributes:
        ahead: Knows what the agent said before the delivery; the same when that is repeated.
        slots: One for each agent that may run at once; held while one does, and around its claim.
        pause: Sleeps.
        chance: A random number in [0, 1).
        remembered: How many of a thread's last settled requests the agent may look back on.
        counts: How often what was delivered was ``settled-before``, and the ledger ``incomplete``.
    """

    claims: Claims
    replies: ReplyBus
    apply_responses: ApplyResponses
    keep_claims: KeepClaims
    answer_early: AnswerEarly
    ahead: AnsweredAhead
    narrate: Narrate
    run_agent: RunAgent
    record_history: RecordHistory
    finish_tail: FinishTail
    policy: AttemptPolicy
    slots: asyncio.Semaphore
    now: Callable[[], datetime]
    pause: Callable[[timedelta], Awaitable[None]]
    chance: Callable[[], float]
    remembered: int = 20
    counts: Counter[str] = field(default_factory=Counter, init=False)

    async def __call__(self, delivery: Delivery, progress: Progress) -> None:
        """Return when nothing is left to do for *delivery*: it may be acknowledged.

        Cancelled, it gives its claim free at once, and the attempt does not count.

        Raises:
            TransportError: A store failed; repeating is right.
        """
        progress.answering = progress.is_finishing = False  # they may have been, the last time
        try:
            settlement = await self._settled(delivery, progress)
        except ThreadDeletedError:
            cancelled = self._ended(delivery, Status.CANCELLED, THREAD_DELETED)
            settlement = await self.record_history(cancelled)
        except NotOwnerError:
            refused = self._ended(delivery, Status.FAILED, NOT_OWNER)
            settlement = await self.record_history(refused, request=delivery.request)
        except IdConflictError:
            # The outcome under this id is somebody else's: only the operator can be told.
            await self.finish_tail.set_aside(delivery, ID_CONFLICT)
            return
        if progress.ended == "set-aside":
            progress.ended = settlement.outcome.status
        progress.is_finishing = True
        await self.finish_tail(delivery, settlement, is_urgent=lambda: progress.is_awaited)

    async def _settled(self, delivery: Delivery, progress: Progress) -> Settlement:
        while True:
            match await self._tried(delivery, progress):
                case Settlement() as settlement:
                    return settlement
                case Incomplete():
                    self.counts["incomplete"] += 1
                    await self.apply_responses(delivery.record.partition)
                case wait if wait:
                    await self.pause(wait)
                case _:
                    pass  # at once

    async def _tried(
        self, delivery: Delivery, progress: Progress
    ) -> Settlement | Incomplete | timedelta:
        """Take a slot and claim: return the settlement, or how long to wait before the next try.

        The slot comes first, for a claim is renewed for as long as it is held: however many
        requests wait, only those that run cost anything. What the deadline ends needs none.
        """
        request = delivery.request
        progress.is_finishing = True  # if it waits for others, those behind it may hurry it
        ahead = await self.ahead(request, is_urgent=lambda: progress.is_awaited)
        progress.is_finishing = False
        has_slot = await self._has_slot_before(request.deadline)
        try:
            early = await self._early(delivery, ahead) if has_slot else None
            # Before anything is decided, the deadline's end too: it may be settled already.
            verdict = await self.claims.claim(
                request,
                delivery.durability,
                partition=delivery.record.partition,
                remembered=self.remembered,
                early=early,
            )
            match verdict:
                case Settlement() if early and verdict.outcome is early.outcome:
                    return verdict
                case Settlement():
                    self.counts["settled-before"] += 1
                    if progress.ended == "set-aside":
                        progress.ended = "settled-before"
                    # Whoever settled it may have died before anybody heard.
                    await self.replies.announce(verdict.outcome)
                    return verdict
                case Busy():
                    if request.deadline > self.now():
                        return self.policy.look_again
                    expired = self._ended(delivery, Status.EXPIRED, PAST_DEADLINE)
                    return await self.record_history(expired, request=request)
                case Incomplete():
                    return verdict
                case Claim():
                    return await self._attempt(delivery, verdict, progress, has_slot=has_slot)
        finally:
            if has_slot:
                self.slots.release()

    async def _early(self, delivery: Delivery, ahead: EarlyAnswer | None) -> EarlyAnswer | None:
        if ahead is None:
            return await self.answer_early(delivery)
        return ahead if delivery.request.deadline > self.now() else None

    async def _has_slot_before(self, deadline: datetime) -> bool:
        """Wait for a slot, but not beyond *deadline*; return whether there is one."""
        if not self.slots.locked():
            return await self.slots.acquire()
        try:
            async with asyncio.timeout((deadline - self.now()).total_seconds()):
                return await self.slots.acquire()
        except TimeoutError:
            return False

    async def _attempt(
        self, delivery: Delivery, claim: Claim, progress: Progress, *, has_slot: bool
    ) -> Settlement | timedelta:
        """Use *claim* up: return the settlement, or how long to wait before another attempt."""
        progress.answering = True
        try:
            with self.keep_claims.holding(claim) as held:
                with self.narrate(held) as narration:
                    outcome = await self._run(delivery, held, narration, has_slot=has_slot)
                if outcome is not None:
                    return await self._settle(outcome, claim, narration.rest())
        except ClaimLostError:
            progress.answering = False
            await self._release(claim, spent=False)
            return timedelta(0)
        except BaseException:  # stopped, or a store failed: whatever it is, the claim ends here
            progress.answering = False
            await self._release(claim, spent=False)
            raise
        progress.answering = False
        await self._release(claim, spent=True)
        return self._backoff(delivery, claim)

    async def _run(
        self, delivery: Delivery, held: HeldClaim, narration: Narration, *, has_slot: bool
    ) -> Outcome | None:
        claim, deadline = held.claim, delivery.request.deadline
        left = (deadline - self.now()).total_seconds()
        if left <= 0 or not has_slot:
            return self._ended(delivery, Status.EXPIRED, PAST_DEADLINE)
        if claim.spent >= self.policy.limit:
            return self._ended(delivery, Status.FAILED, CRASHED, claim)
        try:
            async with asyncio.timeout(left) as limit:
                held.stops(limit)
                try:
                    return await self.run_agent(
                        delivery, claim.before, narration.say, attempt=claim.attempt
                    )
                finally:
                    held.stops(None)
        except TimeoutError as error:
            if held.lost:
                raise ClaimLostError(claim.correlation_id) from error
            return self._ended(delivery, Status.EXPIRED, PAST_DEADLINE, claim)
        except AgentError as error:
            return self._given_up(delivery, claim, error)

    def _given_up(self, delivery: Delivery, claim: Claim, error: AgentError) -> Outcome | None:
        if not error.retryable:
            problem = Problem(slug="agent-failed", detail=str(error))
        elif claim.spent + 1 >= self.policy.limit:
            problem = GAVE_UP
        else:
            return None
        return self._ended(delivery, Status.FAILED, problem, claim)

    def _ended(
        self, delivery: Delivery, status: Status, problem: Problem, claim: Claim | None = None
    ) -> Outcome:
        return Outcome.unanswered(
            delivery.request,
            status,
            problem,
            at=self.now(),
            durability=delivery.durability,
            attempt=claim.attempt if claim else 0,
        )

    async def _settle(
        self, outcome: Outcome, claim: Claim, said: Sequence[Utterance]
    ) -> Settlement:
        # Again and again, under the same claim: the agent's work is not thrown away because a
        # store is gone for a moment.
        while True:
            try:
                return await self.record_history(outcome, claim=claim, said=said)
            except TransportError:
                await self.pause(self.policy.transport_pause)

    async def _release(self, claim: Claim, *, spent: bool) -> None:
        with suppress(TransportError):  # else its lease runs out by itself
            await self.claims.release(claim, spent=spent)

    def _backoff(self, delivery: Delivery, claim: Claim) -> timedelta:
        left = max(timedelta(0), delivery.request.deadline - self.now())
        return min(left, self.policy.pause_after(claim.spent + 1, self.chance()))
