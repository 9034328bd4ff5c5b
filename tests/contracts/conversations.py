"""What every `Conversations` must do, and conversations that have been."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from cse_chat.domain.errors import (
    ClaimLostError,
    InvalidRequestError,
    NotOwnerError,
    ThreadDeletedError,
)
from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.events import EventType
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.threads import Conversation, Removed, StillOpen
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.threads import History, Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome, turns_of

ANN, BOB = UserId("ann"), UserId("bob")
KEPT = Durability.MEMORY
SOON = timedelta(seconds=20)


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

    async def test_what_is_open_hinders_a_removal_and_nothing_changes(
        self, conversations: Conversations, ledger: Ledger, claims: Claims, history: History
    ) -> None:
        thread = a_thread_id()
        [*turns] = await told(ledger, thread, 1)
        running, waiting = (a_request(a_question(thread_id=thread)) for _ in range(2))
        assert isinstance(await claims.claim(running, KEPT), Claim)
        await ledger.register(waiting, KEPT)

        result = await conversations.remove(thread, ANN)

        assert isinstance(result, StillOpen)
        assert set(result.ids) == {running.correlation_id, waiting.correlation_id}
        page = await history.page(thread, after=None, limit=10)
        assert list(page.turns[:2]) == turns

    async def test_a_removed_thread_is_gone_with_all_that_was_said(
        self,
        conversations: Conversations,
        ledger: Ledger,
        history: History,
        events: EventLog,
        threads: Threads,
    ) -> None:
        answered, failed, cancelled = (a_request(a_question(thread_id="t")) for _ in range(3))
        thread = answered.thread_id
        await ledger.settle(an_outcome(answered), asked=Turn.asking(answered))
        await ledger.settle(an_outcome(failed, Status.FAILED), asked=Turn.asking(failed))
        await ledger.register(cancelled, KEPT)
        await ledger.settle(an_outcome(cancelled, Status.CANCELLED))
        neighbour = a_request()
        await ledger.settle(an_outcome(neighbour), asked=Turn.asking(neighbour))

        removed = await conversations.remove(thread, ANN)

        assert removed == Removed(turns=6, answers=2)
        assert await conversations.find(thread, ANN) is None
        assert await names_of(conversations) == [neighbour.thread_id]
        assert (await history.page(thread, after=None, limit=10)).turns == ()
        stretch = await events.since(thread, None, limit=10)
        assert (stretch.events, stretch.gap, stretch.deleted) == ((), None, True)
        ids = [each.correlation_id for each in (answered, failed, cancelled, neighbour)]
        assert set(await ledger.find(ids)) == set(ids[2:])
        assert await threads.owner(thread) not in {ANN, BOB, None}

    async def test_a_removed_thread_is_not_had_again(
        self,
        conversations: Conversations,
        ledger: Ledger,
        claims: Claims,
        threads: Threads,
        history: History,
    ) -> None:
        thread = a_thread_id()
        await told(ledger, thread, 1)
        await conversations.remove(thread, ANN)
        late = a_request(a_question(thread_id=thread))

        for user in (ANN, BOB):
            with pytest.raises(NotOwnerError):
                await threads.own(thread, user)
        with pytest.raises(NotOwnerError):
            await conversations.remove(thread, ANN)
        assert not await conversations.rename(thread, ANN, "New")
        calls: list[Callable[[], Awaitable[object]]] = [
            lambda: ledger.register(late, KEPT),
            lambda: claims.claim(late, KEPT),
            lambda: ledger.settle(an_outcome(late), asked=Turn.asking(late)),
            lambda: ledger.settle(an_outcome(late, Status.FAILED)),
        ]
        for call in calls:
            with pytest.raises(ThreadDeletedError):
                await call()

        assert await ledger.find([late.correlation_id]) == {}
        assert (await history.page(thread, after=None, limit=10)).turns == ()
        assert await names_of(conversations) == []

    async def test_late_work_in_a_removed_thread_can_only_be_cancelled(
        self,
        conversations: Conversations,
        ledger: Ledger,
        claims: Claims,
        history: History,
        events: EventLog,
    ) -> None:
        thread = a_thread_id()
        await told(ledger, thread, 1)
        await conversations.remove(thread, ANN)
        late = a_request(a_question(thread_id=thread))
        outcome = an_outcome(late, Status.CANCELLED)

        settlement = await ledger.settle(outcome, asked=Turn.asking(late))

        assert settlement.outcome == outcome
        verdict = await claims.claim(late, KEPT)
        assert isinstance(verdict, Settlement)
        assert verdict.outcome == outcome
        assert (await history.page(thread, after=None, limit=10)).turns == ()
        assert (await events.since(thread, None, limit=10)).events == ()
        assert await names_of(conversations) == []

    async def test_an_attempt_in_a_removed_thread_is_lost(
        self,
        conversations: Conversations,
        ledger: Ledger,
        claims: Claims,
        events: EventLog,
    ) -> None:
        request = a_request()
        thread = request.thread_id
        claim = await claims.claim(request, KEPT)
        assert isinstance(claim, Claim)
        await ledger.settle(an_outcome(request, Status.CANCELLED))
        assert isinstance(await conversations.remove(thread, ANN), Removed)

        assert await claims.renew([claim]) == [claim]
        settlement = await ledger.settle(an_outcome(request), claim=claim)
        await claims.release(claim, spent=False)

        assert settlement.outcome.status is Status.CANCELLED
        assert await conversations.find(thread, ANN) is None
        assert (await events.since(thread, None, limit=10)).deleted

    async def test_an_attempt_whose_request_is_forgotten_settles_nothing(
        self, conversations: Conversations, ledger: Ledger, claims: Claims
    ) -> None:
        """It was expired by somebody else, and then removed with the thread."""
        request = a_request()
        claim = await claims.claim(request, KEPT)
        assert isinstance(claim, Claim)
        await ledger.settle(an_outcome(request, Status.EXPIRED))
        await conversations.remove(request.thread_id, ANN)

        with pytest.raises(ClaimLostError):
            await ledger.settle(an_outcome(request), claim=claim)

        assert await claims.renew([claim]) == [claim]
        assert await ledger.find([request.correlation_id]) == {}

    async def test_who_follows_hears_all_that_was_and_then_is_made_to_look(
        self, conversations: Conversations, ledger: Ledger, events: EventLog
    ) -> None:
        request = a_request()
        await ledger.register(request, KEPT)

        async with events.follow(request.thread_id) as next_news:
            await ledger.settle(an_outcome(request, Status.CANCELLED))
            await conversations.remove(request.thread_id, ANN)
            heard: list[EventType] = []
            async with asyncio.timeout(SOON.total_seconds()):
                while True:
                    news = await next_news(SOON)
                    heard += [event.type for event in news.events]
                    if news.missed:
                        break

        assert heard == [EventType.CANCELLED]
