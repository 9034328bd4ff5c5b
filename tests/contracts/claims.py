"""What every `Claims` must do."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cse_chat.domain.errors import ClaimLostError, IdConflictError, NotOwnerError
from cse_chat.domain.model.claims import Busy, Claim, Settlement
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.threads import History, Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.contracts.conversations import told

RunOut = Callable[[], Awaitable[None]]


class ClaimsContract:
    """Subclass in ``test_*.py``: ``claims``, ``ledger``, ``threads``, ``history``, ``leases_run_out``.

    ``leases_run_out`` lets so much time pass that a lease which is not renewed ends.
    """

    async def test_a_claim_is_the_first_attempt_and_registers(
        self, claims: Claims, ledger: Ledger, history: History
    ) -> None:
        request = a_request()

        claim = await _claimed(claims, request)

        assert (claim.attempt, claim.spent) == (1, 0)
        assert (claim.correlation_id, claim.thread_id) == (
            request.correlation_id,
            request.thread_id,
        )
        assert request.correlation_id in await ledger.find([request.correlation_id])
        page = await history.page(request.thread_id, after=None, limit=10)
        assert page.turns == (Turn.asking(request),)

    async def test_a_live_claim_keeps_everybody_else_off(self, claims: Claims) -> None:
        request = a_request()
        await _claimed(claims, request)

        assert await claims.claim(request, Durability.MEMORY) == Busy()

    async def test_of_many_who_claim_at_once_one_gets_it(self, claims: Claims) -> None:
        request = a_request()

        verdicts = await asyncio.gather(
            *(claims.claim(request, Durability.MEMORY) for _ in range(20))
        )

        assert len([v for v in verdicts if isinstance(v, Claim)]) == 1

    async def test_one_request_at_a_time_in_a_thread(self, claims: Claims) -> None:
        thread = a_thread_id()
        first, second = (a_request(a_question(thread_id=thread)) for _ in range(2))
        claim = await _claimed(claims, first)

        assert await claims.claim(second, Durability.MEMORY) == Busy()
        await claims.release(claim, spent=False)
        assert (await _claimed(claims, second)).attempt == 1

    async def test_threads_do_not_wait_for_each_other(self, claims: Claims) -> None:
        await _claimed(claims, a_request())

        assert (await _claimed(claims, a_request())).attempt == 1

    async def test_settled_is_settled(self, claims: Claims, ledger: Ledger) -> None:
        request = a_request()
        settlement = await ledger.settle(an_outcome(request))

        verdict = await claims.claim(request, Durability.MEMORY)

        assert isinstance(verdict, Settlement)
        assert verdict == settlement

    async def test_a_claim_settles_and_frees_the_thread(
        self, claims: Claims, ledger: Ledger
    ) -> None:
        thread = a_thread_id()
        first, second = (a_request(a_question(thread_id=thread)) for _ in range(2))
        claim = await _claimed(claims, first)

        await ledger.settle(an_outcome(first), claim=claim)

        assert isinstance(await claims.claim(second, Durability.MEMORY), Claim)

    async def test_claimed_is_running(self, claims: Claims, ledger: Ledger) -> None:
        request = a_request()

        await _claimed(claims, request)

        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert entry.status is Status.RUNNING

    async def test_a_lease_that_runs_out_lets_the_next_attempt_in_and_fences_the_old_one(
        self, claims: Claims, ledger: Ledger, leases_run_out: RunOut
    ) -> None:
        """A zombie can neither renew, settle nor release."""
        request = a_request()
        old = await _claimed(claims, request)
        await leases_run_out()

        new = await _claimed(claims, request)

        assert new.attempt == 2
        assert await claims.renew([old, new]) == [old]
        with pytest.raises(ClaimLostError):
            await ledger.settle(an_outcome(request), claim=old)
        await claims.release(old, spent=True)
        assert await claims.claim(request, Durability.MEMORY) == Busy()

    async def test_a_fenced_attempt_gets_the_winner_once_it_is_settled(
        self, claims: Claims, ledger: Ledger, leases_run_out: RunOut
    ) -> None:
        request = a_request()
        old = await _claimed(claims, request)
        await leases_run_out()
        new = await _claimed(claims, request)
        winner = an_outcome(request, text="winner", attempt=2)
        await ledger.settle(winner, claim=new)

        settlement = await ledger.settle(an_outcome(request, text="zombie"), claim=old)

        assert settlement.outcome == winner

    async def test_a_renewed_lease_does_not_run_out(
        self, claims: Claims, leases_run_out: RunOut
    ) -> None:
        request = a_request()
        claim = await _claimed(claims, request)
        await leases_run_out()

        assert await claims.renew([claim]) == []

        assert await claims.claim(request, Durability.MEMORY) == Busy()

    async def test_a_lease_that_ran_out_is_not_renewed_once_the_thread_was_claimed(
        self, claims: Claims, leases_run_out: RunOut
    ) -> None:
        """Another request of the thread runs: two at a time must never be."""
        thread = a_thread_id()
        first, second = (a_request(a_question(thread_id=thread)) for _ in range(2))
        claim = await _claimed(claims, first)
        await leases_run_out()
        await _claimed(claims, second)

        assert await claims.renew([claim]) == [claim]

    async def test_an_attempt_that_fell_silent_is_spent(
        self, claims: Claims, leases_run_out: RunOut
    ) -> None:
        request = a_request()
        await _claimed(claims, request)
        await leases_run_out()

        claim = await _claimed(claims, request)

        assert (claim.attempt, claim.spent) == (2, 1)

    @pytest.mark.parametrize("spent", [True, False])
    async def test_a_released_attempt_counts_only_if_it_is_said(
        self, claims: Claims, *, spent: bool
    ) -> None:
        request = a_request()
        first = await _claimed(claims, request)

        await claims.release(first, spent=spent)

        second = await _claimed(claims, request)
        assert (second.attempt, second.spent) == (2, int(spent))

    async def test_it_tells_what_was_settled_last_in_the_thread_oldest_first(
        self, claims: Claims, ledger: Ledger
    ) -> None:
        thread = a_thread_id()
        turns = await told(ledger, thread, 3)

        claim = await _claimed(claims, a_request(a_question(thread_id=thread)), remembered=2)

        assert list(claim.before) == turns[-4:]

    async def test_of_a_new_thread_there_is_nothing_to_tell(self, claims: Claims) -> None:
        assert (await _claimed(claims, a_request(), remembered=10)).before == ()

    async def test_who_wants_to_remember_nothing_is_told_nothing(
        self, claims: Claims, ledger: Ledger
    ) -> None:
        thread = a_thread_id()
        await told(ledger, thread, 1)

        assert (await _claimed(claims, a_request(a_question(thread_id=thread)))).before == ()

    async def test_what_is_queued_does_not_push_out_what_was_answered(
        self, claims: Claims, ledger: Ledger
    ) -> None:
        """An agent that looks back must find the last answers, however long the queue."""
        thread = a_thread_id()
        turns = await told(ledger, thread, 1)
        for n in range(5):
            queued = a_request(a_question(str(n), thread_id=thread))
            await ledger.register(queued, Durability.MEMORY)

        claim = await _claimed(claims, a_request(a_question(thread_id=thread)), remembered=2)

        assert list(claim.before) == turns

    async def test_the_id_or_thread_of_another_is_refused(
        self, claims: Claims, threads: Threads
    ) -> None:
        request = a_request(a_question(user_id="ann"))
        await _claimed(claims, request)
        thread = a_thread_id()
        await threads.own(thread, UserId("ann"))

        with pytest.raises(IdConflictError):
            await claims.claim(
                a_request(a_question(user_id="bob"), correlation_id=request.correlation_id),
                Durability.MEMORY,
            )
        with pytest.raises(NotOwnerError):
            await claims.claim(
                a_request(a_question(user_id="bob", thread_id=thread)), Durability.MEMORY
            )


async def _claimed(claims: Claims, request: ChatRequest, *, remembered: int = 0) -> Claim:
    verdict = await claims.claim(request, Durability.MEMORY, remembered=remembered)
    assert isinstance(verdict, Claim)
    return verdict
