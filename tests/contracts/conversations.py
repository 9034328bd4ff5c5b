"""What every `Conversations` must do, and conversations that have been."""

import pytest

from cse_chat.domain.errors import (
    InvalidRequestError,
    NotOwnerError,
)
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.threads import Conversation
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.threads import Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome, turns_of

ANN, BOB = UserId("ann"), UserId("bob")
KEPT = Durability.MEMORY


async def told(ledger: Ledger, thread: ThreadId, number: int) -> list[Turn]:
    """Settle *number* answered requests in *thread*; return their turns, oldest first."""
    turns: list[Turn] = []
    for n in range(number):
        request = a_request(a_question(f"Question {n}", thread_id=thread))
        outcome = an_outcome(request, text=f"Answer {n}")
        await ledger.settle(outcome, asked=Turn.asking(request))
        turns += turns_of(request, outcome)
    return turns


async def found(conversations: Conversations, thread: ThreadId, user: UserId = ANN) -> Conversation:
    """Return what is kept of a thread that is there."""
    conversation = await conversations.find(thread, user)
    assert conversation is not None
    return conversation


async def names_of(conversations: Conversations, user: UserId = ANN) -> list[ThreadId]:
    """Return the threads of *user*, last used first."""
    page = await conversations.newest(user, after=None, limit=100)
    return [conversation.thread_id for conversation in page.conversations]


class ConversationsContract:
    """Subclass in ``test_*.py``: ``conversations``, and the other ports over the same store."""

    async def test_a_thread_is_known_from_its_first_request_on(
        self, conversations: Conversations, ledger: Ledger
    ) -> None:
        request = a_request(a_question("Top stocks?\nAnd why?", user_id="ann"))

        await ledger.register(request, KEPT)
        opened = await found(conversations, request.thread_id)
        await ledger.settle(an_outcome(request))
        settled = await found(conversations, request.thread_id)

        assert (opened.title, opened.turns, opened.busy) == ("Top stocks?", 1, True)
        assert (settled.title, settled.turns, settled.busy) == ("Top stocks?", 2, False)
        assert opened.created == settled.created <= opened.updated <= settled.updated

    async def test_a_later_question_changes_no_title(
        self, conversations: Conversations, ledger: Ledger, claims: Claims
    ) -> None:
        first, second, third = (
            a_request(a_question(text, thread_id="t")) for text in ("One", "Two", "Three")
        )

        await claims.claim(first, KEPT)
        await ledger.register(second, KEPT)
        await ledger.settle(an_outcome(third), asked=Turn.asking(third))

        assert (await found(conversations, first.thread_id)).title == "One"

    async def test_what_is_settled_unregistered_has_a_title(
        self, conversations: Conversations, ledger: Ledger
    ) -> None:
        """As it is after a loss."""
        request = a_request(a_question("Top stocks?"))

        await ledger.settle(an_outcome(request), asked=Turn.asking(request))

        assert (await found(conversations, request.thread_id)).title == "Top stocks?"

    async def test_its_cursor_is_that_of_its_last_event(
        self, conversations: Conversations, ledger: Ledger, events: EventLog
    ) -> None:
        thread = a_thread_id()
        await told(ledger, thread, 2)

        stretch = await events.since(thread, None, limit=100)

        assert (await found(conversations, thread)).cursor == stretch.cursor

    async def test_they_are_listed_by_last_use(
        self, conversations: Conversations, ledger: Ledger
    ) -> None:
        one, two, three = (a_request() for _ in range(3))
        for request in (one, two, three):
            await ledger.register(request, KEPT)

        await ledger.settle(an_outcome(one))

        assert await names_of(conversations) == [
            one.thread_id,
            three.thread_id,
            two.thread_id,
        ]

    async def test_pages_join_to_the_whole(
        self, conversations: Conversations, ledger: Ledger
    ) -> None:
        requests = [a_request() for _ in range(5)]
        for request in requests:
            await ledger.register(request, KEPT)

        pages: list[list[ThreadId]] = []
        after = None
        for _ in range(3):
            page = await conversations.newest(ANN, after=after, limit=2)
            pages.append([each.thread_id for each in page.conversations])
            after = page.next

        newest_first = [request.thread_id for request in reversed(requests)]
        assert (pages, after) == ([newest_first[:2], newest_first[2:4], newest_first[4:]], None)

    async def test_a_full_last_page_says_that_it_is_the_last(
        self, conversations: Conversations, ledger: Ledger
    ) -> None:
        for _ in range(2):
            await ledger.register(a_request(), KEPT)

        page = await conversations.newest(ANN, after=None, limit=2)

        assert (len(page.conversations), page.next) == (2, None)

    @pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "\u0661", "9" * 40, "(1"])
    async def test_a_cursor_that_is_none_of_ours_is_refused(
        self, conversations: Conversations, cursor: str
    ) -> None:
        with pytest.raises(InvalidRequestError):
            await conversations.newest(ANN, after=cursor, limit=1)

    async def test_those_of_others_are_not_there(
        self, conversations: Conversations, ledger: Ledger, threads: Threads
    ) -> None:
        request = a_request(a_question(user_id="ann"))
        thread = request.thread_id
        await ledger.register(request, KEPT)
        foreign = a_request(a_question(user_id="bob", thread_id=thread))
        await ledger.settle(an_outcome(foreign, Status.FAILED), asked=Turn.asking(foreign))

        assert await names_of(conversations, BOB) == []
        assert await conversations.find(thread, BOB) is None
        assert not await conversations.rename(thread, BOB, "Mine")
        with pytest.raises(NotOwnerError):
            await conversations.remove(thread, BOB)

        assert (await found(conversations, thread)).title == "Top stocks?"
        assert await threads.owner(thread) == ANN

    async def test_of_an_unknown_thread_nothing_is_there(
        self, conversations: Conversations
    ) -> None:
        assert await conversations.find(a_thread_id(), ANN) is None
        assert not await conversations.rename(a_thread_id(), ANN, "New")
        with pytest.raises(NotOwnerError):
            await conversations.remove(a_thread_id(), ANN)

    async def test_a_title_that_was_given_stays_and_is_no_use(
        self, conversations: Conversations, ledger: Ledger
    ) -> None:
        named, other = a_request(), a_request()
        for request in (named, other):
            await ledger.register(request, KEPT)
        before = await found(conversations, named.thread_id)

        assert await conversations.rename(named.thread_id, ANN, "Banks \u0db6")

        after = await found(conversations, named.thread_id)
        assert (after.title, after.updated) == ("Banks \u0db6", before.updated)
        assert await names_of(conversations) == [other.thread_id, named.thread_id]
        await ledger.settle(an_outcome(named))
        assert (await found(conversations, named.thread_id)).title == "Banks \u0db6"
