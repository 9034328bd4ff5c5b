"""What every `EventLog` must do with what was recorded."""

import asyncio
import json
from datetime import timedelta

from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.events import NOTHING_YET, Cursor, Event
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.ports.events import MOST_BYTES_AT_ONCE, EventLog, EventRecorder
from cse_chat.domain.ports.ledger import Claims, Ledger
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.contracts.recorded import busy_thread, claimed, utterances

SOON = timedelta(seconds=20)


class EventsContract:
    """Subclass: ``events``, ``ledger``, ``claims``, ``recorder``."""

    async def test_nothing_has_happened_in_an_unknown_thread(self, events: EventLog) -> None:
        stretch = await events.since(a_thread_id(), None, limit=10)

        assert (stretch.events, stretch.gap, stretch.more, stretch.busy) == ((), None, False, False)
        assert stretch.cursor == stretch.newest
        assert stretch.cursor.offset == 0

    async def test_behind_the_newest_is_only_what_is_still_to_come(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        thread = a_thread_id()
        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)
        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)

        newest = (await events.since(thread, None, limit=1)).newest
        await ledger.register(a_request(a_question("Third", thread_id=thread)), Durability.MEMORY)

        [third] = (await events.since(thread, newest, limit=10)).events
        assert json.loads(third.json)["message"] == "Third"

    async def test_who_knows_some_is_told_the_others(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        thread = await busy_thread(ledger, 5)
        everything = (await events.since(thread, None, limit=99)).events

        for known in range(len(everything)):
            rest = await events.since(thread, everything[known].cursor, limit=99)
            assert (rest.events, rest.gap, rest.more) == (everything[known + 1 :], None, False)
            assert rest.cursor == everything[-1].cursor

    async def test_it_is_read_some_at_a_time(self, ledger: Ledger, events: EventLog) -> None:
        thread = await busy_thread(ledger, 5)
        read: list[Event] = []
        cursor, more = None, True
        while more:
            stretch = await events.since(thread, cursor, limit=2)
            assert len(stretch.events) <= 2
            read += stretch.events
            cursor, more = stretch.cursor, stretch.more

        assert tuple(read) == (await events.since(thread, None, limit=99)).events
        assert [event.cursor.offset for event in read] == [1, 2, 3, 4, 5]

    async def test_of_large_ones_only_few_are_read_at_a_time(
        self, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        """Each who follows holds what was read, for as long as it takes to take it."""
        claim = await claimed(claims, a_request())
        for number in range(1, 13):
            said = utterances(Delta("x" * 100_000), first=number, piece=number - 1)
            await recorder.record(claim, said)
        read: list[Event] = []
        cursor, more = None, True
        while more:
            stretch = await events.since(claim.thread_id, cursor, limit=100)
            assert 0 < sum(len(event.json) for event in stretch.events[:-1]) < MOST_BYTES_AT_ONCE
            read += stretch.events
            cursor, more = stretch.cursor, stretch.more

        assert [event.cursor.offset for event in read] == list(range(1, 15))

    async def test_a_cursor_of_another_epoch_or_of_what_never_was_is_told_as_a_gap(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        thread = await busy_thread(ledger, 3)
        everything = (await events.since(thread, None, limit=99)).events
        epoch = everything[0].cursor.epoch

        for strange in (Cursor("f" * 16, 2), Cursor(epoch, 4), Cursor("0" * 16, 1)):
            stretch = await events.since(thread, strange, limit=99)

            assert stretch.events == everything
            assert stretch.gap is not None
            assert (stretch.gap.requested, stretch.gap.oldest) == (strange, everything[0].cursor)
            assert stretch.gap.cursor == Cursor(epoch, 0)

    async def test_who_came_before_the_first_event_misses_none(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        thread = a_thread_id()
        before = await events.since(thread, None, limit=9)
        request = a_request(a_question(thread_id=thread))
        await ledger.register(request, Durability.MEMORY)

        for cursor in (before.cursor, before.newest, NOTHING_YET):
            stretch = await events.since(thread, cursor, limit=9)
            assert (len(stretch.events), stretch.gap) == (1, None)

    async def test_of_a_thread_that_is_gone_there_is_a_gap(self, events: EventLog) -> None:
        known = Cursor("a" * 16, 7)

        stretch = await events.since(a_thread_id(), known, limit=9)

        assert stretch.gap is not None
        assert (stretch.gap.requested, stretch.gap.oldest) == (known, None)
        assert stretch.gap.cursor == stretch.cursor
        assert stretch.cursor == (await events.since(a_thread_id(), None, limit=9)).cursor

    async def test_it_is_known_whether_something_is_open(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        request = a_request()
        await ledger.register(request, Durability.MEMORY)
        open_ = await events.since(request.thread_id, None, limit=9)
        await ledger.settle(an_outcome(request))
        over = await events.since(request.thread_id, None, limit=9)

        assert (open_.busy, over.busy) == (True, False)

    async def test_it_is_known_where_the_events_of_a_request_begin(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        thread = await busy_thread(ledger, 2)
        request = a_request(a_question(thread_id=thread))
        await ledger.register(request, Durability.MEMORY)
        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)

        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]

        assert entry.begins is not None
        first = (await events.since(thread, entry.begins, limit=1)).events[0]
        assert first.correlation_id == request.correlation_id

    async def test_who_follows_hears_what_can_already_be_read(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        request = a_request()

        async with events.follow(request.thread_id) as next_news:
            await ledger.register(request, Durability.MEMORY)
            news = await next_news(SOON)
            read = await events.since(request.thread_id, None, limit=9)

        assert news.events == read.events
        assert (news.missed, news.over) == (False, False)

    async def test_everybody_who_follows_hears_everything_in_order(
        self, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        claim = await claimed(claims, a_request())
        async with (
            events.follow(claim.thread_id) as one,
            events.follow(claim.thread_id) as other,
        ):
            for n in range(1, 6):
                await recorder.record(claim, utterances(Delta(str(n)), first=n, piece=n - 1))
            heard = []
            for next_news in (one, other):
                found: list[Event] = []
                while len(found) < 5:
                    news = await next_news(SOON)
                    assert news.events
                    found += news.events
                heard.append(found)

        assert heard[0] == heard[1]
        assert [e.cursor.offset for e in heard[0]] == [3, 4, 5, 6, 7]

    async def test_who_follows_another_thread_hears_nothing(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        async with events.follow(a_thread_id()) as next_news:
            await ledger.register(a_request(), Durability.MEMORY)
            news = await next_news(timedelta(milliseconds=50))

        assert not news.events

    async def test_a_wait_without_an_end_outlasts_the_end_of_one_before(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        request = a_request()
        async with (
            events.follow(request.thread_id) as next_news,
            events.follow(a_thread_id()) as next_of_another,
        ):
            waiting = asyncio.ensure_future(next_news(timedelta(milliseconds=20)))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait({waiting})
            waiting = asyncio.ensure_future(next_news(None))
            await next_of_another(timedelta(milliseconds=40))
            assert not waiting.done()
            await ledger.register(request, Durability.MEMORY)

            async with asyncio.timeout(5):
                assert len((await waiting).events) == 1

    async def test_a_wait_that_is_cancelled_loses_nothing(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        request = a_request()
        async with events.follow(request.thread_id) as next_news:
            waiting = asyncio.ensure_future(next_news(SOON))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait({waiting})
            await ledger.register(request, Durability.MEMORY)

            assert len((await next_news(SOON)).events) == 1
