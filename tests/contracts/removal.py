"""What must be left of a thread that was removed, in every store: nothing, for good."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from cse_chat.domain.errors import (
    ClaimLostError,
    NotOwnerError,
    ThreadDeletedError,
)
from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.events import EventType
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.model.threads import Removed, StillOpen
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.threads import History, Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.contracts.conversations import ANN, BOB, KEPT, names_of, told

SOON = timedelta(seconds=5)


class RemovalContract:
    """Subclass: ``conversations``, and the other ports over the same store."""

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
