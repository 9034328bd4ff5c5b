"""`Ledger`, `Claims`, `EventRecorder` and `FeedbackBox` as mappings in this process."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from cse_chat.adapters.cancellations import Cancellations
from cse_chat.adapters.memory.applied import InMemoryAppliedMarks
from cse_chat.adapters.memory.events import InMemoryEvents
from cse_chat.adapters.memory.leases import Leases
from cse_chat.adapters.memory.offers import InMemoryOffers
from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.adapters.memory.rows import Row, Rows
from cse_chat.adapters.memory.threads import InMemoryHistory, InMemoryThreads
from cse_chat.domain.errors import (
    ClaimLostError,
    IdConflictError,
    NotAnsweredError,
    NotFoundError,
    NotOwnerError,
    ThreadDeletedError,
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
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.feedback import Feedback
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.questions import ChatRequest


class InMemoryLedger:
    """One truth for one process: no call awaits anything, so each is one atomic step.

    Settled requests are kept for *ttl*, the last ones up to *cap* bytes; open ones until they are
    settled.
    """

    def __init__(
        self,
        *,
        threads: InMemoryThreads,
        history: InMemoryHistory,
        replies: InMemoryReplyBus,
        events: InMemoryEvents,
        monotonic: Callable[[], float],
        new_token: Callable[[], ClaimToken],
        lease: timedelta,
        ttl: timedelta,
        cap: int = 16_000_000,
    ) -> None:
        self._threads = threads
        self._history = history
        self._replies = replies
        self._events = events
        self._rows = Rows(cap=cap, ttl=ttl, monotonic=monotonic)
        events.busy = self._rows.open_in
        events.is_deleted = threads.is_deleted
        self._leases = Leases(life=lease, monotonic=monotonic, new_token=new_token)
        self.offers = InMemoryOffers(settle=self._settle_early, monotonic=monotonic)
        """Early answers that wait until their requests are accepted."""
        self.marks = InMemoryAppliedMarks()
        """Which partitions' responses it has."""
        self.cancellations = Cancellations()
        """Who stops what runs of a request that is cancelled."""

    def __len__(self) -> int:
        """Return how many requests are open."""
        return len(self._rows.open)

    def knows(self, correlation_id: CorrelationId) -> bool:
        """Say whether anything is known of a request."""
        return self._rows.get(correlation_id) is not None

    def open_in(self, thread_id: ThreadId) -> tuple[CorrelationId, ...]:
        """Return the open requests of a thread, oldest first."""
        return tuple(self._rows.open_in.get(thread_id, ()))

    def position_of(self, request: ChatRequest) -> int | None:
        """Return how many are open before *request*; ``None`` if it is not open."""
        open_ones = self.open_in(request.thread_id)
        cid = request.correlation_id
        return open_ones.index(cid) if cid in open_ones else None

    async def register(self, request: ChatRequest, durability: Durability) -> int | None:
        """See `Ledger.register`."""
        self._row_of(request, durability)
        return self.position_of(request)

    async def find(
        self, ids: Collection[CorrelationId], *, settled_only: bool = False
    ) -> Mapping[CorrelationId, Entry]:
        """See `Ledger.find`."""
        rows = [
            row for row in map(self._rows.get, ids) if row and (row.outcome or not settled_only)
        ]
        return {row.correlation_id: row.entry() for row in rows}

    async def settle(
        self,
        outcome: Outcome,
        *,
        asked: Turn | None = None,
        claim: Claim | None = None,
        said: Sequence[Utterance] = (),
    ) -> Settlement:
        """See `Ledger.settle`."""
        return self._settle(outcome, asked=asked, claim=claim, said=said)

    def _settle(
        self,
        outcome: Outcome,
        *,
        asked: Turn | None = None,
        claim: Claim | None = None,
        said: Sequence[Utterance] = (),
    ) -> Settlement:
        row = self._rows.get(outcome.correlation_id) or self._blank(outcome)
        if (row.thread_id, row.user_id) != (outcome.thread_id, outcome.user_id):
            raise IdConflictError(outcome.correlation_id)
        first = row.outcome is None
        if first:
            if claim and row.token != claim.token:
                raise ClaimLostError(claim.correlation_id)
            if self._threads.is_deleted(row.thread_id) and outcome.status is not Status.CANCELLED:
                raise ThreadDeletedError(row.thread_id)
            row.outcome = outcome
            self._rows.close(row)
            if self._threads.is_free_for(row.thread_id, row.user_id):
                if claim:
                    self._say(row, claim, said)
                self._events.ended(outcome)
        if claim:
            self._leases.end(claim, row)
        self._add_turns(row, asked)
        self._rows.settled.put(row.correlation_id, row)
        if first:
            self._replies.announce_now(outcome)
            if row.token and outcome.status is Status.CANCELLED:
                self.cancellations.tell(row.correlation_id)
        return Settlement(outcome=row.outcome or outcome, done=frozenset(row.done))

    async def mark(self, correlation_id: CorrelationId, tail: Tail) -> None:
        """See `Ledger.mark`."""
        row = self._rows.get(correlation_id)
        if row is not None:
            row.done.add(tail)

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
        return self._claim(request, durability, partition, remembered, early)

    def _claim(
        self,
        request: ChatRequest,
        durability: Durability,
        partition: int | None,
        remembered: int,
        early: EarlyAnswer | None,
    ) -> Claim | Busy | Settlement | Incomplete:
        if partition is not None and partition not in self.marks:
            return Incomplete()
        row = self._row_of(request, durability)
        settlement = row.settlement()
        if settlement is not None:
            return settlement
        if not self._leases.is_free(row.thread_id):
            return Busy()
        if row.token:
            row.spent += 1  # it was not released: whoever ran it is gone
        row.attempt += 1
        row.said = 0
        token = self._leases.take(row)
        self._events.started(request, attempt=row.attempt)
        claim = Claim(
            correlation_id=row.correlation_id,
            thread_id=row.thread_id,
            attempt=row.attempt,
            spent=row.spent,
            token=token,
            before=self._history.recent(row.thread_id, remembered),
        )
        if early and row.attempt == 1 and self._history.only_asked(row.thread_id):
            return self._settle(early.outcome, claim=claim, said=early.said)
        return claim

    def _settle_early(self, hint: Hint, early: EarlyAnswer) -> None:
        """Settle as a claim with *early* would, where that does not leave a claim."""
        request = hint.request
        if hint.partition is not None and hint.partition not in self.marks:
            return
        with suppress(IdConflictError, NotOwnerError, ThreadDeletedError):
            row = self._row_of(request, hint.durability)
            is_free = self._leases.is_free(row.thread_id)
            if is_free and not row.attempt and self._history.only_asked(row.thread_id):
                self._claim(request, hint.durability, None, 0, early)

    async def renew(self, claims: Collection[Claim]) -> Collection[Claim]:
        """See `Claims.renew`."""
        leases, rows = self._leases, self._rows
        return [
            claim for claim in claims if not leases.renewed(claim, rows.get(claim.correlation_id))
        ]

    async def release(self, claim: Claim, *, spent: bool) -> None:
        """See `Claims.release`."""
        row = self._rows.get(claim.correlation_id)
        if row is None or row.token != claim.token:
            return
        row.spent += spent
        self._leases.end(claim, row)

    async def record(self, claim: Claim, said: Sequence[Utterance]) -> None:
        """See `EventRecorder.record`."""
        row = self._rows.get(claim.correlation_id)
        if row is None or row.outcome or not self._leases.holds(claim, row):
            raise ClaimLostError(claim.correlation_id)
        self._say(row, claim, said)

    async def put(
        self, correlation_id: CorrelationId, user_id: UserId, feedback: Feedback
    ) -> ThreadId:
        """See `FeedbackBox.put`."""
        row = self._rows.get(correlation_id)
        if row is None or row.user_id != user_id:
            raise NotFoundError(f"request {correlation_id}")
        if row.status is not Status.ANSWERED:
            raise NotAnsweredError(correlation_id)
        row.feedback = feedback
        return row.thread_id

    def forget(self, thread_id: ThreadId, ids: Collection[CorrelationId]) -> int:
        """Forget the settled ones among *ids* of a thread that were not cancelled; return how many."""
        return self._rows.forget(thread_id, ids)

    def _say(self, row: Row, claim: Claim, said: Sequence[Utterance]) -> None:
        for utterance in said:
            if utterance.number > row.said:
                row.said = utterance.number
                self._events.said(claim, utterance)

    def _row_of(self, request: ChatRequest, durability: Durability) -> Row:
        """Return the request's row; make it, with the user's turn, if there is none."""
        row = self._rows.get(request.correlation_id)
        thread_id, user_id = request.question.thread_id, request.question.user_id
        if row is not None:
            if (row.thread_id, row.user_id) != (thread_id, user_id):
                raise IdConflictError(request.correlation_id)
            return row
        self._threads.own_now(thread_id, user_id)
        row = Row(
            correlation_id=request.correlation_id,
            thread_id=thread_id,
            user_id=user_id,
            deadline=request.deadline,
            durability=durability,
            begins=self._events.last(thread_id),
        )
        queue_position = len(self.open_in(thread_id))
        self._rows.add(row)
        self._events.accepted(request, queue_position=queue_position)
        self._history.add(thread_id, [Turn.asking(request)], user_id=user_id)
        return row

    def _blank(self, outcome: Outcome) -> Row:
        return Row(
            correlation_id=outcome.correlation_id,
            thread_id=outcome.thread_id,
            user_id=outcome.user_id,
            deadline=outcome.settled_at,
            durability=outcome.durability,
            begins=self._events.last(outcome.thread_id),
        )

    def _add_turns(self, row: Row, asked: Turn | None) -> None:
        if Tail.HISTORY in row.done or row.outcome is None:
            return
        if self._threads.is_free_for(row.thread_id, row.user_id):
            self._threads.own_now(row.thread_id, row.user_id)  # what is said in it is theirs
            turns = [asked] if asked else []
            turns = [*turns, Turn.answering(row.outcome)]
            self._history.add(row.thread_id, turns, user_id=row.user_id)
        row.done.add(Tail.HISTORY)
