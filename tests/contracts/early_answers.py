"""What every `Claims` must do with an answer that comes along with the claim."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from cse_chat.domain.errors import IdConflictError, NotOwnerError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Busy, Claim, EarlyAnswer, Settlement, Tail
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.threads import History, Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome, turns_of
from tests.contracts.conversations import told as answered
from tests.contracts.recorded import STEP, claimed, told, utterances

KEPT = Durability.MEMORY


class EarlyAnswersContract:
    """Subclass in ``test_*.py``: ``claims``, ``ledger``, ``threads``, ``history``, ``events``, ``replies``.

    And ``conversations``; ``leases_run_out`` lets so much time pass that a lease which is not renewed ends.
    """

    @pytest.mark.parametrize("is_registered", [True, False])
    async def test_it_settles_what_is_claimed_first_in_a_thread(
        self, claims: Claims, ledger: Ledger, history: History, *, is_registered: bool
    ) -> None:
        request = a_request()
        early = early_answer(request)
        if is_registered:
            await ledger.register(request, KEPT)

        settlement = await claims.claim(request, KEPT, early=early)

        assert isinstance(settlement, Settlement)
        assert settlement.outcome is early.outcome
        assert settlement.done == {Tail.HISTORY}
        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert (entry.status, entry.settlement) == (Status.ANSWERED, settlement)
        assert (entry.durability, entry.deadline) == (KEPT, request.deadline)
        page = await history.page(request.thread_id, after=None, limit=9)
        assert page.turns == turns_of(request, early.outcome)

    @pytest.mark.parametrize("is_registered", [True, False])
    async def test_it_is_told_as_if_it_had_been_claimed_before(
        self, claims: Claims, ledger: Ledger, events: EventLog, *, is_registered: bool
    ) -> None:
        """But for the times, which come later then."""
        early_one, other = a_request(), a_request()
        if is_registered:
            await ledger.register(early_one, KEPT)
        await claims.claim(early_one, KEPT, early=early_answer(early_one))

        claim = await claimed(claims, other)
        later = early_answer(other)
        await ledger.settle(later.outcome, claim=claim, said=later.said)

        assert await _plain(events, early_one) == await _plain(events, other)
        entries = await ledger.find([early_one.correlation_id, other.correlation_id])
        begins = [entry.begins and entry.begins.offset for entry in entries.values()]
        assert begins == [0, 0]

    async def test_whoever_waits_hears_of_it(self, claims: Claims, replies: ReplyBus) -> None:
        request = a_request()
        early = early_answer(request)

        async with replies.listen(request.correlation_id) as next_reply:
            await claims.claim(request, KEPT, early=early)
            heard = await next_reply(timedelta(seconds=2))

        assert heard is not None
        assert heard.answer == early.outcome.answer

    async def test_the_thread_is_its_askers_and_free(
        self, claims: Claims, threads: Threads
    ) -> None:
        thread = a_thread_id()
        first, second = (a_request(a_question(user_id="ann", thread_id=thread)) for _ in range(2))

        await claims.claim(first, KEPT, early=early_answer(first))

        assert await threads.owner(thread) == "ann"
        assert (await claimed(claims, second)).attempt == 1

    async def test_its_thread_is_the_one_that_was_used_last(
        self, claims: Claims, ledger: Ledger, conversations: Conversations
    ) -> None:
        user = UserId(f"ann-{a_thread_id()}")
        first, second = (a_request(a_question(user_id=user)) for _ in range(2))
        for request in (first, second):
            await ledger.register(request, KEPT)

        await claims.claim(first, KEPT, early=early_answer(first))

        page = await conversations.newest(user, after=None, limit=2)
        assert [found.thread_id for found in page.conversations] == [
            first.thread_id,
            second.thread_id,
        ]
        assert [found.turns for found in page.conversations] == [2, 1]

    async def test_of_many_at_once_one_settles_and_all_get_it(self, claims: Claims) -> None:
        request = a_request()
        answers = [early_answer(request, str(n)) for n in range(20)]

        verdicts = await asyncio.gather(
            *(claims.claim(request, KEPT, early=early) for early in answers)
        )

        settlements = [verdict for verdict in verdicts if isinstance(verdict, Settlement)]
        own = [
            s for s, early in zip(settlements, answers, strict=True) if s.outcome is early.outcome
        ]
        assert len(own) == 1
        assert {s.outcome.answer for s in settlements} == {own[0].outcome.answer}

    async def test_what_was_settled_before_stays(self, claims: Claims, ledger: Ledger) -> None:
        request = a_request()
        before = await ledger.settle(an_outcome(request, Status.CANCELLED))

        assert await claims.claim(request, KEPT, early=early_answer(request)) == before

    @pytest.mark.parametrize("spent", [True, False])
    async def test_it_is_worth_nothing_after_another_attempt(
        self, claims: Claims, *, spent: bool
    ) -> None:
        """Whoever runs it now is the second attempt, and has to be seen to be."""
        request = a_request()
        await claims.release(await claimed(claims, request), spent=spent)

        claim = await claims.claim(request, KEPT, early=early_answer(request))

        assert isinstance(claim, Claim)
        assert (claim.attempt, claim.spent) == (2, int(spent))

    async def test_it_is_worth_nothing_after_an_attempt_that_fell_silent(
        self, claims: Claims, leases_run_out: Callable[[], Awaitable[None]]
    ) -> None:
        request = a_request()
        await claimed(claims, request)
        await leases_run_out()

        claim = await claims.claim(request, KEPT, early=early_answer(request))

        assert isinstance(claim, Claim)
        assert (claim.attempt, claim.spent) == (2, 1)

    async def test_a_live_claim_keeps_it_off(self, claims: Claims) -> None:
        thread = a_thread_id()
        first, second = (a_request(a_question(thread_id=thread)) for _ in range(2))
        await claimed(claims, first)

        for request in (first, second):
            assert await claims.claim(request, KEPT, early=early_answer(request)) == Busy()

    async def test_it_is_worth_nothing_where_something_was_said_before(
        self, claims: Claims, ledger: Ledger, history: History
    ) -> None:
        """The agent did not know of it."""
        thread = a_thread_id()
        turns = await answered(ledger, thread, 1)
        request = a_request(a_question(thread_id=thread))

        claim = await claims.claim(request, KEPT, remembered=2, early=early_answer(request))

        assert isinstance(claim, Claim)
        assert list(claim.before) == turns
        page = await history.page(thread, after=None, limit=9)
        assert [*page.turns] == [*turns, turns_of(request, early_answer(request).outcome)[0]]

    async def test_it_is_worth_nothing_behind_an_open_question(
        self, claims: Claims, ledger: Ledger
    ) -> None:
        thread = a_thread_id()
        first, second = (a_request(a_question(thread_id=thread)) for _ in range(2))
        await ledger.register(first, KEPT)

        assert isinstance(await claims.claim(second, KEPT, early=early_answer(second)), Claim)

    async def test_a_claim_that_it_did_not_settle_is_one_as_any(
        self, claims: Claims, ledger: Ledger
    ) -> None:
        thread = a_thread_id()
        await answered(ledger, thread, 1)
        request = a_request(a_question(thread_id=thread))
        claim = await claims.claim(request, KEPT, early=early_answer(request, "early"))
        assert isinstance(claim, Claim)

        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert entry.status is Status.RUNNING
        settlement = await ledger.settle(an_outcome(request, text="later"), claim=claim)
        assert settlement.outcome.answer == an_outcome(request, text="later").answer

    async def test_the_id_or_thread_of_another_is_refused(
        self, claims: Claims, threads: Threads
    ) -> None:
        request = a_request(a_question(user_id="ann"))
        await claimed(claims, request)
        thread = a_thread_id()
        await threads.own(thread, UserId("ann"))
        same_id = a_request(a_question(user_id="bob"), correlation_id=request.correlation_id)
        same_thread = a_request(a_question(user_id="bob", thread_id=thread))

        with pytest.raises(IdConflictError):
            await claims.claim(same_id, KEPT, early=early_answer(same_id))
        with pytest.raises(NotOwnerError):
            await claims.claim(same_thread, KEPT, early=early_answer(same_thread))


def early_answer(request: ChatRequest, text: str = "JKH rose") -> EarlyAnswer:
    return EarlyAnswer(outcome=an_outcome(request, text=text), said=utterances(STEP, Delta(text)))


async def _plain(events: EventLog, request: ChatRequest) -> list[dict[str, object]]:
    """Return what was told of *request*, but for what is its own and the times."""
    own = {"cursor", "timestamp", "thread_id", "correlation_id", "message"}
    found = await told(events, request.thread_id)
    return [{key: event[key] for key in event.keys() - own} for event in found]
