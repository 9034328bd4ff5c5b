"""What every `EventLog`, and the ledger that records its events, must do."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from cse_chat.domain.errors import ClaimLostError
from cse_chat.domain.model.answers import Delta, Said, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import NOTHING_YET, Cursor, Event, Utterance
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.events import EventLog, EventRecorder
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.threads import Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.contracts.claims import RunOut

SOON = timedelta(seconds=20)
STEP = Step(name="movers", label="Look for movers", status=StepStatus.DONE, detail="3 found")
TABLE = Table(title="Movers", columns=(Column(name="symbol", label="Symbol"),), rows=(("JKH",),))


class EventsContract:
    """Subclass: ``events``, ``recorder``, ``ledger``, ``claims``, ``threads``, ``leases_run_out``."""

    async def test_nothing_has_happened_in_an_unknown_thread(self, events: EventLog) -> None:
        stretch = await events.since(a_thread_id(), None, limit=10)

        assert (stretch.events, stretch.gap, stretch.more, stretch.busy) == ((), None, False, False)
        assert stretch.cursor == NOTHING_YET

    async def test_behind_the_newest_is_only_what_is_still_to_come(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        thread = a_thread_id()
        nothing = (await events.since(thread, None, limit=1)).newest
        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)
        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)

        newest = (await events.since(thread, None, limit=1)).newest
        await ledger.register(a_request(a_question("Third", thread_id=thread)), Durability.MEMORY)

        [third] = (await events.since(thread, newest, limit=10)).events
        assert json.loads(third.json)["message"] == "Third"
        assert nothing == NOTHING_YET

    async def test_what_is_registered_was_accepted(self, ledger: Ledger, events: EventLog) -> None:
        request = a_request(a_question("Why?"))

        for _ in range(2):  # once, however often
            await ledger.register(request, Durability.MEMORY)

        [accepted] = await told(events, request.thread_id)
        assert accepted.pop("timestamp").endswith("Z")
        assert accepted == {
            "type": "accepted",
            "cursor": accepted["cursor"],
            "thread_id": request.thread_id,
            "correlation_id": request.correlation_id,
            "attempt": 0,
            "message": "Why?",
            "queue_position": 0,
        }

    async def test_who_is_accepted_learns_how_many_are_ahead(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        thread = a_thread_id()
        requests = [a_request(a_question(thread_id=thread)) for _ in range(3)]
        for request in requests:
            await ledger.register(request, Durability.MEMORY)
        await ledger.settle(an_outcome(requests[0]))

        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)

        found = await told(events, thread)
        assert [e["queue_position"] for e in found if e["type"] == "accepted"] == [0, 1, 2, 2]

    async def test_each_attempt_says_that_it_started(
        self, claims: Claims, events: EventLog
    ) -> None:
        request = a_request()
        first = await claimed(claims, request)
        await claims.release(first, spent=True)
        await claimed(claims, request)

        found = await told(events, request.thread_id)
        assert [e["type"] for e in found] == ["accepted", "started", "started"]
        assert [e["attempt"] for e in found] == [0, 1, 2]
        assert all(e["timestamp"].endswith("Z") for e in found)

    async def test_who_waits_for_a_thread_has_not_started(
        self, claims: Claims, events: EventLog
    ) -> None:
        thread = a_thread_id()
        await claimed(claims, a_request(a_question(thread_id=thread)))

        await claims.claim(a_request(a_question(thread_id=thread)), Durability.MEMORY)

        found = await told(events, thread)
        assert [e["type"] for e in found] == ["accepted", "started", "accepted"]

    async def test_what_an_attempt_says_stands_in_its_order(
        self, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        claim = await claimed(claims, a_request())

        await recorder.record(claim, utterances(STEP, Delta("Ab")))
        await recorder.record(claim, utterances(Delta("cd"), TABLE, first=3, piece=1))

        _, _, step, one, other, table = await told(events, claim.thread_id)
        for event in (step, one, other, table):
            assert (event["thread_id"], event["correlation_id"], event["attempt"]) == (
                claim.thread_id,
                claim.correlation_id,
                1,
            )
        assert (step["type"], step["name"], step["label"], step["status"], step["detail"]) == (
            "step",
            "movers",
            "Look for movers",
            "done",
            "3 found",
        )
        assert [(d["response"], d["chunk_index"]) for d in (one, other)] == [("Ab", 0), ("cd", 1)]
        assert (one["type"], one["streaming"], one["is_final"]) == ("delta", True, False)
        assert (table["type"], table["artifact"]["rows"]) == ("artifact", [["JKH"]])

    async def test_what_is_recorded_already_is_not_again(
        self, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        """Whoever got no confirmation repeats, with more behind it."""
        claim = await claimed(claims, a_request())
        await recorder.record(claim, utterances(Delta("a"), Delta("b")))

        await recorder.record(claim, utterances(Delta("a"), Delta("b"), Delta("c")))

        assert await text(events, claim.thread_id) == "abc"

    async def test_settling_records_the_rest_and_the_outcome(
        self, ledger: Ledger, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        request = a_request()
        claim = await claimed(claims, request)
        said = utterances(Delta("JKH "), Delta("rose "), Delta("3%"))
        await recorder.record(claim, said[:2])

        await ledger.settle(an_outcome(request), claim=claim, said=said[1:])

        found = await told(events, request.thread_id)
        assert [e["type"] for e in found] == ["accepted", "started", *["delta"] * 3, "answered"]
        assert await text(events, request.thread_id) == "JKH rose 3%" == found[-1]["response"]
        assert (found[-1]["attempt"], found[-1]["is_final"]) == (1, True)
        assert found[-1]["metadata"]["model_used"] == "test"

    async def test_the_first_settlement_is_the_only_outcome(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        request = a_request()
        await ledger.register(request, Durability.MEMORY)

        await ledger.settle(an_outcome(request, Status.CANCELLED, text="Enough."))
        await ledger.settle(an_outcome(request))

        *_, last = found = await told(events, request.thread_id)
        assert [e["type"] for e in found] == ["accepted", "cancelled"]
        assert (last["is_final"], last["problem"]["detail"]) == (True, "Enough.")

    async def test_nothing_is_said_behind_an_outcome(
        self, ledger: Ledger, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        request = a_request()
        claim = await claimed(claims, request)
        await ledger.settle(an_outcome(request, Status.CANCELLED))

        with pytest.raises(ClaimLostError):
            await recorder.record(claim, utterances(Delta("too late")))
        await ledger.settle(an_outcome(request), claim=claim, said=utterances(Delta("too late")))

        assert await text(events, request.thread_id) == ""

    async def test_an_attempt_that_is_fenced_off_says_nothing_more(
        self, claims: Claims, recorder: EventRecorder, events: EventLog, leases_run_out: RunOut
    ) -> None:
        request = a_request()
        old = await claimed(claims, request)
        await leases_run_out()
        new = await claimed(claims, request)

        with pytest.raises(ClaimLostError):
            await recorder.record(old, utterances(Delta("zombie")))
        await recorder.record(new, utterances(Delta("alive")))

        *_, last = await told(events, request.thread_id)
        assert (last["response"], last["attempt"]) == ("alive", 2)

    async def test_nothing_of_another_users_request_is_told_in_a_thread(
        self, ledger: Ledger, threads: Threads, events: EventLog
    ) -> None:
        thread = a_thread_id()
        await threads.own(thread, UserId("ann"))
        foreign = a_request(a_question(user_id="bob", thread_id=thread))

        await ledger.settle(an_outcome(foreign, Status.FAILED))

        assert await told(events, thread) == []

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

        stretch = await events.since(thread, before.cursor, limit=9)

        assert (len(stretch.events), stretch.gap) == (1, None)

    async def test_of_a_thread_that_is_gone_there_is_a_gap(self, events: EventLog) -> None:
        known = Cursor("a" * 16, 7)

        stretch = await events.since(a_thread_id(), known, limit=9)

        assert stretch.gap is not None
        assert (stretch.gap.requested, stretch.gap.oldest) == (known, None)
        assert stretch.gap.cursor == stretch.cursor == NOTHING_YET

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


def utterances(*said: Said, first: int = 1, piece: int = 0) -> tuple[Utterance, ...]:
    """Number what is said, the pieces of text by themselves."""
    numbered: list[Utterance] = []
    for number, one in enumerate(said, start=first):
        is_text = isinstance(one, Delta)
        numbered.append(Utterance(number=number, said=one, chunk_index=piece if is_text else 0))
        piece += is_text
    return tuple(numbered)


async def claimed(claims: Claims, request: ChatRequest) -> Claim:
    verdict = await claims.claim(request, Durability.MEMORY)
    assert isinstance(verdict, Claim)
    return verdict


async def busy_thread(ledger: Ledger, number: int) -> ThreadId:
    """Return a thread in which so many questions were accepted."""
    thread = a_thread_id()
    for _ in range(number):
        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)
    return thread


async def told(events: EventLog, thread: ThreadId) -> list[dict[str, Any]]:
    """Return all that is kept of the thread, and see that what is said outside is inside, too."""
    found = (await events.since(thread, None, limit=999)).events
    return [_checked(event) for event in found]


def _checked(event: Event) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(event.json)
    assert (members["type"], members["cursor"], members["correlation_id"]) == (
        event.type,
        event.cursor.text,
        event.correlation_id,
    )
    return members


async def text(events: EventLog, thread: ThreadId) -> str:
    return "".join(_texts(await told(events, thread)))


def _texts(found: Sequence[dict[str, Any]]) -> list[str]:
    return [event["response"] for event in found if event["type"] == "delta"]
