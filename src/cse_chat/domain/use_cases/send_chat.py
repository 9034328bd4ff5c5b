"""Ask a question and wait for its outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    NotAcceptedError,
    NotFoundError,
    NotListeningError,
    NotOwnerError,
    OverloadedError,
    TransportError,
)
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Durability, Outcome, Problem, Status
from cse_chat.domain.model.questions import ChatRequest, IfBusy, Question
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.ports.offers import Offers
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.requests import Hints, RequestLog
from cse_chat.domain.ports.threads import Threads
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.domain.use_cases.take_place import Place, TakePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is known of an accepted request when its sender stops waiting.

    Attributes:
        outcome: ``None`` while it is open.
        listened: Whether its reply could have been heard: else nobody waited for it.
        queue_position: How many of its thread were open before it when it was registered; ``None``
            when nobody knows.
    """

    request: ChatRequest
    durability: Durability
    outcome: Outcome | None
    listened: bool = True
    queue_position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendChat:
    """Accept a question, durably, and wait for how it ends.

    Attributes:
        unregistered_for: How long a request may stay out of the ledger; it is registered before
            its sender can learn its id, so that any gateway knows it.
        deadline: How long after asking it is still worth answering.
    """

    threads: Threads
    requests: RequestLog
    hints: Hints
    offers: Offers
    replies: ReplyBus
    ledger: Ledger
    record_history: RecordHistory
    take_place: TakePlace
    new_id: Callable[[], CorrelationId]
    now: Callable[[], datetime]
    deadline: timedelta
    unregistered_for: timedelta = timedelta(milliseconds=500)

    async def __call__(
        self, question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt:
        """Return a receipt, with the outcome if it came within *wait*.

        Giving up the wait, or cancelling it, changes nothing about the answer. Where no reply can
        be heard now, nobody waits: the answer comes, and is read later.

        Args:
            question: What is asked.
            wait: How long its sender waits.
            if_busy: What to do about earlier questions of the thread that are not settled.

        Raises:
            NotFoundError: The thread is another user's.
            ThreadBusyError: It was not to wait for others, and there are some; nothing was kept.
            OverloadedError: The service is full; nothing was kept.
            NotAcceptedError: It is durable nowhere; nothing was kept.
            AcceptanceUnknownError: Nobody can say whether it was kept.
            TransportError: Nobody can say whether the thread is busy; nothing was kept.
        """
        request = self._request(question)
        await self._own(question)
        with self.take_place(request, if_busy) as place:
            await self._reserve(place)
            return await self._asked(place, wait)

    async def _asked(self, place: Place, wait: timedelta) -> Receipt:
        request = place.request
        listened = True
        unregistered_for = self.unregistered_for if place.may_wait else timedelta(0)
        try:
            # Listening first: an outcome that beats the listener would not be heard.
            async with self.replies.listen(request.correlation_id, request=request) as next_reply:
                durability = await self._accept_ahead(place, is_awaited=wait > timedelta(0))
                outcome = await next_reply(min(wait, unregistered_for))
                if outcome is None:
                    await place.register(durability)
                    outcome = await next_reply(wait - unregistered_for)
        except NotListeningError:  # from the beginning, or while it waited
            listened = False
            durability = place.durability or await self._accept(place)
            await place.register(durability)
            outcome = None
        return Receipt(
            request=request,
            durability=durability,
            outcome=outcome or await self._settled(request),
            listened=listened,
            queue_position=place.queue_position,
        )

    def _request(self, question: Question) -> ChatRequest:
        asked_at = self.now()
        return ChatRequest(
            correlation_id=self.new_id(),
            question=question,
            asked_at=asked_at,
            deadline=asked_at + self.deadline,
        )

    async def _own(self, question: Question) -> None:
        try:
            await self.threads.own(question.thread_id, question.user_id)
        except NotOwnerError as error:
            raise NotFoundError(f"thread {question.thread_id}") from error
        except TransportError:
            pass  # nobody can say now; whoever claims the request asks again

    async def _reserve(self, place: Place) -> None:
        try:
            await place.reserve()
        except NotOwnerError as error:
            raise NotFoundError(f"thread {place.request.thread_id}") from error

    async def _accept_ahead(self, place: Place, *, is_awaited: bool) -> Durability:
        """Accept it; where few are asked, have it answered meanwhile: many go together."""
        hint = self._hinted(place, is_awaited=is_awaited) if place.is_among_few else None
        durability = await self._accept(place)
        if hint is not None and self.now() < place.request.deadline:
            self.offers.accept(hint)
        return durability

    def _hinted(self, place: Place, *, is_awaited: bool) -> Hint | None:
        """Hint only at what can have none of its thread before it: that overtakes what is in the log."""
        if place.request.question.begins_thread and place.may_wait and is_awaited:
            return self.hints.give(place.request)
        self.hints.wake(place.request)
        return None

    async def _accept(self, place: Place) -> Durability:
        try:
            place.durability = await self._append(place.request)
        except (NotAcceptedError, OverloadedError):
            await place.give_back()
            raise
        return place.durability

    async def _append(self, request: ChatRequest) -> Durability:
        try:
            return await self.requests.append(request)
        except AcceptanceUnknownError as error:
            outcome = await self._cancel_unknown(request)
            if outcome.durability is None:  # ours: only what is in a log says how it is kept
                raise NotAcceptedError("the append was not confirmed; it was cancelled") from error
            self.replies.deliver(outcome)
            return outcome.durability
        except TransportError as error:
            raise NotAcceptedError("the request log refused") from error

    async def _cancel_unknown(self, request: ChatRequest) -> Outcome:
        """Make an unknown append known: whatever the log holds of it is settled already.

        Returns:
            What holds: the cancellation, unless somebody was faster with what the log had kept.
        """
        problem = Problem(slug="not-accepted", detail="The question was not accepted; ask again.")
        outcome = Outcome.unanswered(request, Status.CANCELLED, problem, at=self.now())
        try:
            settlement = await self.record_history(outcome, request=request)
        except TransportError as error:
            raise AcceptanceUnknownError(request.correlation_id) from error
        return settlement.outcome

    async def _settled(self, request: ChatRequest) -> Outcome | None:
        """Look once before giving up: the notification may have got lost."""
        try:
            found = await self.ledger.find((request.correlation_id,))
        except TransportError:
            return None  # accepted all the same: the outcome is read later
        entry = found.get(request.correlation_id)
        return entry.settlement.outcome if entry and entry.settlement else None
