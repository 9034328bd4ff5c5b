"""What no `Offers` may settle, whichever of the two comes first."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.ports.applied import AppliedMarks
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.offers import Offers
from cse_chat.domain.ports.threads import History, Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.contracts.offers import First, Meeting, early_answer, hint_at, meet

KAFKA = Durability.KAFKA
PARTITION = 7
SOON = timedelta(seconds=5)


class OffersRefusedContract(Meeting):
    """Subclass and give every port of one server; ``first`` says which of the two comes first."""

    async def test_what_was_settled_before_stays_so(
        self,
        offers: Offers,
        ledger: Ledger,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        request = a_request()
        cancelled = an_outcome(request, Status.CANCELLED)
        await ledger.settle(cancelled, asked=Turn.asking(request))

        meet(offers, hint_at(request), early_answer(request), first)
        await is_written()

        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert entry.status is Status.CANCELLED

    async def test_who_has_claimed_it_goes_on(
        self,
        *,
        offers: Offers,
        claims: Claims,
        ledger: Ledger,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        request = a_request()
        claim = await claims.claim(request, KAFKA)
        assert isinstance(claim, Claim)

        meet(offers, hint_at(request), early_answer(request), first)
        await is_written()

        assert await claims.renew([claim]) == []
        settlement = await ledger.settle(an_outcome(request, text="under a claim"), claim=claim)
        assert settlement.outcome.answer is not None
        assert settlement.outcome.answer.text == "under a claim"

    async def test_what_was_tried_before_is_left_to_its_next_claim(
        self,
        offers: Offers,
        claims: Claims,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        """Nothing is claimed, and nothing counted, for who only offers."""
        request = a_request()
        claim = await claims.claim(request, KAFKA)
        assert isinstance(claim, Claim)
        await claims.release(claim, spent=True)

        meet(offers, hint_at(request), early_answer(request), first)
        await is_written()

        again = await claims.claim(request, KAFKA)
        assert isinstance(again, Claim)
        assert (again.attempt, again.spent) == (2, 1)

    async def test_where_something_was_said_before_it_is_registered_alone(
        self,
        *,
        offers: Offers,
        claims: Claims,
        ledger: Ledger,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        thread = a_thread_id()
        earlier = a_request(a_question("Price of JKH?", thread_id=thread))
        await ledger.settle(an_outcome(earlier, text="19.6"), asked=Turn.asking(earlier))
        request = a_request(a_question("Its sector?", thread_id=thread))

        meet(offers, hint_at(request), early_answer(request), first)
        await is_written()

        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert entry.status is Status.ACCEPTED
        claim = await claims.claim(request, KAFKA, remembered=5)
        assert isinstance(claim, Claim)
        assert (claim.attempt, claim.spent, len(claim.before)) == (1, 0, 2)

    async def test_a_deleted_thread_has_no_answer(
        self,
        *,
        offers: Offers,
        ledger: Ledger,
        threads: Threads,
        conversations: Conversations,
        history: History,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        request = a_request()
        await threads.own(request.thread_id, request.user_id)
        await conversations.remove(request.thread_id, request.user_id)

        meet(offers, hint_at(request), early_answer(request), first)
        await is_written()

        assert await ledger.find([request.correlation_id]) == {}
        assert (await history.page(request.thread_id, after=None, limit=10)).turns == ()

    async def test_the_thread_of_another_has_no_answer(
        self,
        *,
        offers: Offers,
        ledger: Ledger,
        threads: Threads,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        request = a_request(a_question(user_id="ann"))
        await threads.own(request.thread_id, UserId("bob"))

        meet(offers, hint_at(request), early_answer(request), first)
        await is_written()

        assert await ledger.find([request.correlation_id]) == {}

    async def test_an_offer_of_another_question_under_its_id_settles_nothing(
        self,
        offers: Offers,
        ledger: Ledger,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        """Anybody may publish a hint."""
        request = a_request(a_question(user_id="ann"))
        for question in (
            a_question(user_id="ann"),
            a_question(thread_id=request.thread_id, user_id="mallory"),
            a_question("Sell it all?", thread_id=request.thread_id, user_id="ann"),
        ):
            forged = replace(request, question=question)
            if first == "offer":
                offers.offer(hint_at(forged), early_answer(forged))
                offers.accept(hint_at(request))
            else:
                offers.accept(hint_at(request))
                offers.offer(hint_at(forged), early_answer(forged))
            await is_written()

        assert await ledger.find([request.correlation_id]) == {}

    async def test_a_ledger_that_may_lack_answers_of_the_partition_settles_nothing(
        self,
        *,
        offers: Offers,
        ledger: Ledger,
        marks: AppliedMarks,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        lacking, complete = a_request(), a_request()
        meet(offers, hint_at(lacking, partition=PARTITION), early_answer(lacking), first)
        await is_written()
        run_id = (await marks.read([PARTITION]))[PARTITION].run_id
        await marks.complete([PARTITION], run_id)

        meet(offers, hint_at(complete, partition=PARTITION), early_answer(complete), first)
        await is_written()

        found = await ledger.find([lacking.correlation_id, complete.correlation_id])
        assert [*found] == [complete.correlation_id]
