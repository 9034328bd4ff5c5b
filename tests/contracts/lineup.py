"""What every `Lineup` must do."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cse_chat.domain.errors import NotOwnerError, ThreadBusyError
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.lineup import Lineup
from cse_chat.domain.ports.threads import Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome

RunOut = Callable[[], Awaitable[None]]
KEPT = Durability.MEMORY


def requests_in(thread: ThreadId, number: int) -> list[ChatRequest]:
    return [a_request(a_question(thread_id=thread)) for _ in range(number)]


class LineupContract:
    """Subclass in ``test_*.py``: ``lineup``, ``ledger``, ``claims``, ``threads``, ``places_run_out``.

    ``places_run_out`` lets so much time pass that a place which nobody took is free.
    """

    async def test_a_place_is_kept_for_one(self, lineup: Lineup) -> None:
        first, second = requests_in(a_thread_id(), 2)

        await lineup.reserve(first)

        with pytest.raises(ThreadBusyError):
            await lineup.reserve(second)

    async def test_threads_have_a_place_each(self, lineup: Lineup) -> None:
        for _ in range(2):
            await lineup.reserve(a_request())

    async def test_of_many_at_once_one_gets_the_place(self, lineup: Lineup) -> None:
        many = requests_in(a_thread_id(), 20)

        results = await asyncio.gather(*map(lineup.reserve, many), return_exceptions=True)

        assert results.count(None) == 1
        assert all(isinstance(r, ThreadBusyError) for r in results if r is not None)

    async def test_who_has_the_place_may_ask_for_it_again(self, lineup: Lineup) -> None:
        """The reply to the first call may have got lost."""
        request = a_request()
        await lineup.reserve(request)

        await lineup.reserve(request)

    async def test_an_open_request_has_the_place(self, lineup: Lineup, ledger: Ledger) -> None:
        first, second = requests_in(a_thread_id(), 2)
        await ledger.register(first, KEPT)

        with pytest.raises(ThreadBusyError):
            await lineup.reserve(second)

    async def test_it_is_free_again_once_all_are_settled(
        self, lineup: Lineup, ledger: Ledger
    ) -> None:
        first, second, third = requests_in(a_thread_id(), 3)
        for request in (first, second):
            await ledger.register(request, KEPT)
        await ledger.settle(an_outcome(first))
        with pytest.raises(ThreadBusyError):
            await lineup.reserve(third)

        await ledger.settle(an_outcome(second, Status.CANCELLED))

        await lineup.reserve(third)

    async def test_a_running_request_has_the_place(self, lineup: Lineup, claims: Claims) -> None:
        first, second = requests_in(a_thread_id(), 2)
        await claims.claim(first, KEPT)

        with pytest.raises(ThreadBusyError):
            await lineup.reserve(second)

    @pytest.mark.parametrize("how", ["register", "claim", "settle"])
    async def test_a_place_is_used_up_by_its_request(
        self, lineup: Lineup, ledger: Ledger, claims: Claims, how: str
    ) -> None:
        """However the ledger learns of it: what counts from then on is whether it is open."""
        first, second = requests_in(a_thread_id(), 2)
        await lineup.reserve(first)
        if how == "register":
            await ledger.register(first, KEPT)
        if how == "claim":
            assert isinstance(await claims.claim(first, KEPT), Claim)
        await ledger.settle(an_outcome(first))

        await lineup.reserve(second)

    async def test_a_place_that_is_given_back_is_free(self, lineup: Lineup) -> None:
        first, second = requests_in(a_thread_id(), 2)
        await lineup.reserve(first)

        await lineup.give_back(first)

        await lineup.reserve(second)

    async def test_only_who_has_it_gives_it_back(self, lineup: Lineup) -> None:
        first, second = requests_in(a_thread_id(), 2)
        await lineup.reserve(first)

        await lineup.give_back(second)

        with pytest.raises(ThreadBusyError):
            await lineup.reserve(second)

    async def test_a_place_whose_process_died_runs_out(
        self, lineup: Lineup, places_run_out: RunOut
    ) -> None:
        first, second = requests_in(a_thread_id(), 2)
        await lineup.reserve(first)

        await places_run_out()

        await lineup.reserve(second)

    async def test_reserving_owns_the_thread_and_that_of_another_is_refused(
        self, lineup: Lineup, threads: Threads
    ) -> None:
        thread = a_thread_id()
        await lineup.reserve(a_request(a_question(user_id="ann", thread_id=thread)))

        assert await threads.owner(thread) == UserId("ann")
        with pytest.raises(NotOwnerError):
            await lineup.reserve(a_request(a_question(user_id="bob", thread_id=thread)))

    async def test_those_before_are_told_in_the_order_they_came(
        self, lineup: Lineup, ledger: Ledger
    ) -> None:
        thread = a_thread_id()
        many = requests_in(thread, 12)
        positions = [await ledger.register(request, KEPT) for request in many]
        await ledger.settle(an_outcome(many[3]))

        ids = [request.correlation_id for request in many]
        assert positions == list(range(12))
        assert list(await lineup.before(many[0])) == []
        assert list(await lineup.before(many[9])) == ids[:3] + ids[4:9]

    async def test_before_one_that_is_not_open_there_is_none(
        self, lineup: Lineup, ledger: Ledger
    ) -> None:
        first, second, unknown = requests_in(a_thread_id(), 3)
        for request in (first, second):
            await ledger.register(request, KEPT)
        await ledger.settle(an_outcome(second))

        assert list(await lineup.before(second)) == list(await lineup.before(unknown)) == []

    async def test_registering_again_tells_the_place_there_is_now(self, ledger: Ledger) -> None:
        first, second = requests_in(a_thread_id(), 2)
        for request in (first, second):
            await ledger.register(request, KEPT)
        await ledger.settle(an_outcome(first))

        assert await ledger.register(second, KEPT) == 0
        assert await ledger.register(first, KEPT) is None
