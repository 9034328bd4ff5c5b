"""What every `History` must do; it is written through the `Ledger`."""

import pytest

from cse_chat.domain.errors import InvalidRequestError
from cse_chat.domain.model.history import Role, Turn
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.ports.threads import History
from tests.builders import a_request, a_thread_id, an_outcome, turns_of
from tests.contracts.conversations import told


class HistoryContract:
    """Subclass in ``test_*.py`` and give ``history`` and the ``ledger`` that writes it."""

    async def test_an_unknown_thread_has_no_turns(self, history: History) -> None:
        page = await history.page(a_thread_id(), after=None, limit=10)

        assert (page.turns, page.next) == ((), None)

    async def test_a_settled_request_stands_with_both_turns_once(
        self, history: History, ledger: Ledger
    ) -> None:
        """However often it is registered and settled."""
        request = a_request()
        outcome = an_outcome(request)

        for _ in range(2):
            await ledger.register(request, Durability.MEMORY)
            await ledger.settle(outcome, asked=Turn.asking(request))

        page = await history.page(request.thread_id, after=None, limit=10)
        assert page.turns == turns_of(request, outcome)

    async def test_a_registered_request_stands_with_the_users_turn(
        self, history: History, ledger: Ledger
    ) -> None:
        request = a_request()

        await ledger.register(request, Durability.MEMORY)

        page = await history.page(request.thread_id, after=None, limit=10)
        assert page.turns == (Turn.asking(request),)

    async def test_the_turn_without_an_answer_says_how_it_ended(
        self, history: History, ledger: Ledger
    ) -> None:
        request = a_request()

        await ledger.settle(an_outcome(request, Status.EXPIRED), asked=Turn.asking(request))

        [_, turn] = (await history.page(request.thread_id, after=None, limit=2)).turns
        assert (turn.role, turn.content, turn.status) == (Role.AGENT, "", Status.EXPIRED)
        assert turn.problem is not None

    async def test_pages_join_to_the_whole_oldest_first(
        self, history: History, ledger: Ledger
    ) -> None:
        thread = a_thread_id()
        turns = await told(ledger, thread, 5)

        pages: list[Turn] = []
        after = None
        for _ in range(4):
            page = await history.page(thread, after=after, limit=3)
            pages += page.turns
            after = page.next

        assert (pages, after) == (turns, None)

    async def test_a_last_page_that_is_full_says_that_it_is_the_last(
        self, history: History, ledger: Ledger
    ) -> None:
        thread = a_thread_id()
        await told(ledger, thread, 2)

        page = await history.page(thread, after=None, limit=4)

        assert (len(page.turns), page.next) == (4, None)

    async def test_threads_do_not_mix(self, history: History, ledger: Ledger) -> None:
        one, two = a_thread_id(), a_thread_id()
        turns = await told(ledger, one, 1)
        await told(ledger, two, 1)

        assert list((await history.page(one, after=None, limit=10)).turns) == turns

    @pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "\u0661", "9" * 40, "0-1-2"])
    async def test_a_cursor_that_is_none_of_ours_is_refused(
        self, history: History, cursor: str
    ) -> None:
        with pytest.raises(InvalidRequestError):
            await history.page(a_thread_id(), after=cursor, limit=1)
