"""What every `Ledger` must do."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.domain.errors import IdConflictError, NotOwnerError
from cse_chat.domain.model.claims import Claim, Settlement, Tail
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.threads import History, Threads
from tests.builders import a_correlation_id, a_question, a_request, a_thread_id, an_outcome
from tests.waiting import until_it


class LedgerContract:
    """Subclass in ``test_*.py`` and give ``ledger``, ``claims``, ``threads``, ``history``, ``replies``."""

    async def test_nothing_is_known_of_an_unknown_id(self, ledger: Ledger) -> None:
        assert await ledger.find([a_correlation_id()]) == {}

    async def test_a_registered_request_is_known_as_accepted(self, ledger: Ledger) -> None:
        request = a_request()

        await ledger.register(request, Durability.MEMORY)

        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert (entry.thread_id, entry.user_id) == (request.thread_id, request.user_id)
        assert (entry.status, entry.settlement) == (Status.ACCEPTED, None)
        assert (entry.deadline, entry.durability) == (request.deadline, Durability.MEMORY)

    async def test_many_are_found_at_once(self, ledger: Ledger) -> None:
        requests = [a_request() for _ in range(3)]
        for request in requests:
            await ledger.register(request, Durability.MEMORY)

        ids = [request.correlation_id for request in requests]
        assert set(await ledger.find([*ids, a_correlation_id()])) == set(ids)

    async def test_registering_makes_the_asker_the_owner(
        self, ledger: Ledger, threads: Threads
    ) -> None:
        request = a_request(a_question(user_id="ann"))

        await ledger.register(request, Durability.MEMORY)

        assert await threads.owner(request.thread_id) == "ann"

    async def test_an_id_of_another_user_or_thread_is_refused(self, ledger: Ledger) -> None:
        request = a_request(a_question(user_id="ann"))
        await ledger.register(request, Durability.MEMORY)
        thread = request.thread_id
        others = [a_question(user_id="bob", thread_id=thread), a_question(user_id="ann")]

        for question in others:
            other = a_request(question, correlation_id=request.correlation_id)
            with pytest.raises(IdConflictError):
                await ledger.register(other, Durability.MEMORY)

    async def test_a_thread_of_another_user_is_refused(
        self, ledger: Ledger, threads: Threads
    ) -> None:
        thread = a_thread_id()
        await threads.own(thread, UserId("ann"))
        foreign = a_request(a_question(user_id="bob", thread_id=thread))

        with pytest.raises(NotOwnerError):
            await ledger.register(foreign, Durability.MEMORY)

        assert await ledger.find([foreign.correlation_id]) == {}

    async def test_the_first_settlement_wins_and_all_get_it_back(self, ledger: Ledger) -> None:
        request = a_request()
        first = an_outcome(request, text="first")
        later = an_outcome(request, Status.EXPIRED)

        settled = [await ledger.settle(outcome) for outcome in (first, later, first)]

        assert [settlement.outcome for settlement in settled] == [first, first, first]
        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert (entry.status, entry.settlement) == (Status.ANSWERED, settled[-1])

    async def test_of_many_who_settle_at_once_one_wins(self, ledger: Ledger) -> None:
        request = a_request()
        outcomes = [an_outcome(request, text=str(n)) for n in range(20)]

        settled = await asyncio.gather(*(ledger.settle(outcome) for outcome in outcomes))

        assert len({settlement.outcome.answer for settlement in settled}) == 1

    async def test_settling_writes_the_history_and_says_so(
        self, ledger: Ledger, history: History
    ) -> None:
        request = a_request()

        settlement = await ledger.settle(an_outcome(request), asked=Turn.asking(request))

        assert Tail.HISTORY in settlement.done
        page = await history.page(request.thread_id, after=None, limit=10)
        assert len(page.turns) == 2

    async def test_settling_announces_what_can_already_be_read(
        self, ledger: Ledger, replies: ReplyBus
    ) -> None:
        request = a_request()

        async with replies.listen(request.correlation_id) as next_reply:
            await ledger.settle(an_outcome(request))
            heard = await next_reply(timedelta(seconds=2))
            found = await ledger.find([request.correlation_id])

        settlement = found[request.correlation_id].settlement
        assert settlement is not None
        assert heard == settlement.outcome

    async def test_settling_for_a_thread_of_another_leaves_no_turn_there(
        self, ledger: Ledger, threads: Threads, history: History
    ) -> None:
        thread = a_thread_id()
        await threads.own(thread, UserId("ann"))
        foreign = a_request(a_question(user_id="bob", thread_id=thread))

        settlement = await ledger.settle(
            an_outcome(foreign, Status.FAILED), asked=Turn.asking(foreign)
        )

        assert settlement.outcome.status is Status.FAILED
        assert (await history.page(thread, after=None, limit=10)).turns == ()

    async def test_settling_makes_the_asker_the_owner_of_what_is_said(
        self, ledger: Ledger, threads: Threads
    ) -> None:
        """Else the next user of a thread that is nobody's would read it."""
        request = a_request(a_question(user_id="ann"))

        await ledger.settle(an_outcome(request), asked=Turn.asking(request))

        assert await threads.owner(request.thread_id) == "ann"

    async def test_settling_the_id_of_another_is_refused_and_ends_nothing(
        self, ledger: Ledger
    ) -> None:
        """A record under somebody else's id may have any deadline: it does not expire theirs."""
        request = a_request(a_question(user_id="ann"))
        await ledger.register(request, Durability.MEMORY)
        others = [a_question(user_id="bob", thread_id=request.thread_id), a_question(user_id="ann")]

        for question in others:
            forged = a_request(question, correlation_id=request.correlation_id)
            with pytest.raises(IdConflictError):
                await ledger.settle(an_outcome(forged, Status.EXPIRED))

        found = await ledger.find([request.correlation_id])
        assert found[request.correlation_id].status is Status.ACCEPTED

    async def test_those_that_are_open_can_be_left_out(self, ledger: Ledger) -> None:
        open_one, settled = a_request(), a_request()
        await ledger.register(open_one, Durability.MEMORY)
        await ledger.settle(an_outcome(settled))
        ids = [open_one.correlation_id, settled.correlation_id, a_correlation_id()]

        found = await ledger.find(ids, settled_only=True)

        assert list(found) == [settled.correlation_id]
        assert found == {
            cid: entry
            for cid, entry in (await ledger.find(ids)).items()
            if entry.settlement is not None
        }

    async def test_what_of_the_tail_is_marked_comes_back(
        self, ledger: Ledger, claims: Claims
    ) -> None:
        request = a_request()
        await ledger.settle(an_outcome(request))

        await ledger.mark(request.correlation_id, Tail.RESPONSE)
        await ledger.mark(request.correlation_id, Tail.RESPONSE)

        async def is_marked() -> bool:
            verdict = await claims.claim(request, Durability.MEMORY)
            assert isinstance(verdict, Settlement)
            return verdict.done == {Tail.HISTORY, Tail.RESPONSE}

        await until_it(is_marked)

    async def test_marking_what_is_forgotten_is_no_error(self, ledger: Ledger) -> None:
        await ledger.mark(a_correlation_id(), Tail.RESPONSE)

    async def test_a_settlement_without_a_claim_stops_the_runner_and_keeps_the_thread(
        self, ledger: Ledger, claims: Claims
    ) -> None:
        """The agent still runs: until it is stopped, no other may run in the thread."""
        thread = a_thread_id()
        running, waiting = (a_request(a_question(thread_id=thread)) for _ in range(2))
        claim = await claims.claim(running, Durability.MEMORY)
        assert isinstance(claim, Claim)

        await ledger.settle(an_outcome(running, Status.EXPIRED))

        assert await claims.renew([claim]) == [claim]
        assert not isinstance(await claims.claim(waiting, Durability.MEMORY), Claim)
        await claims.release(claim, spent=False)
        assert isinstance(await claims.claim(waiting, Durability.MEMORY), Claim)

    async def test_an_attempt_that_settles_too_late_frees_the_thread(
        self, ledger: Ledger, claims: Claims
    ) -> None:
        thread = a_thread_id()
        running, waiting = (a_request(a_question(thread_id=thread)) for _ in range(2))
        claim = await claims.claim(running, Durability.MEMORY)
        assert isinstance(claim, Claim)
        expired = await ledger.settle(an_outcome(running, Status.EXPIRED))

        settlement = await ledger.settle(an_outcome(running), claim=claim)

        assert settlement.outcome == expired.outcome
        assert isinstance(await claims.claim(waiting, Durability.MEMORY), Claim)
