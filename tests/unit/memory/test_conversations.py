"""Conversations in memory: events, history and owners under their contract suites, and their bounds."""

from datetime import timedelta

from cse_chat.adapters.memory.threads import InMemoryHistory
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Durability
from tests.builders import a_question, a_request, an_outcome
from tests.contracts.conversations import ConversationsContract
from tests.contracts.events import EventsContract
from tests.contracts.feedback import FeedbackContract
from tests.contracts.history import HistoryContract
from tests.contracts.recorded import busy_thread
from tests.contracts.recording import RecordingContract
from tests.contracts.removal import RemovalContract
from tests.contracts.threads import ANN, ThreadsContract
from tests.memory import DAY, Memory
from tests.unit.memory.ports import InMemoryPorts


class TestInMemoryEvents(InMemoryPorts, EventsContract):
    async def test_the_oldest_go_and_whoever_lacks_them_is_told(self) -> None:
        memory = Memory(most_events=3)
        thread = await busy_thread(memory.ledger, 5)

        kept = await memory.events.since(thread, None, limit=9)
        late = await memory.events.since(thread, Cursor(kept.cursor.epoch, 1), limit=9)
        in_time = await memory.events.since(thread, Cursor(kept.cursor.epoch, 2), limit=9)

        assert [e.cursor.offset for e in kept.events] == [3, 4, 5]
        assert (kept.gap, in_time.gap) == (None, None)
        assert late.gap is not None
        assert late.gap.oldest == kept.events[0].cursor
        assert late.events == in_time.events == kept.events

    async def test_another_epoch_begins_when_they_were_lost(self, memory: Memory) -> None:
        thread = await busy_thread(memory.ledger, 2)
        known = (await memory.events.since(thread, None, limit=9)).cursor

        memory.events.forget(thread)
        request = a_request(a_question(thread_id=thread))
        await memory.ledger.register(request, Durability.MEMORY)
        stretch = await memory.events.since(thread, known, limit=9)

        assert stretch.gap is not None
        assert stretch.cursor.epoch != known.epoch
        assert [e.correlation_id for e in stretch.events] == [request.correlation_id]

    async def test_they_are_kept_for_a_time(self, memory: Memory) -> None:
        thread = await busy_thread(memory.ledger, 1)

        memory.clock.advance(DAY)

        assert (await memory.events.since(thread, None, limit=9)).events == ()


class TestInMemoryRecording(InMemoryPorts, RecordingContract):
    pass


class TestInMemoryHistory(InMemoryPorts, HistoryContract):
    async def test_a_thread_is_forgotten_after_its_time(self, memory: Memory) -> None:
        request = a_request()
        await memory.ledger.settle(an_outcome(request), asked=Turn.asking(request))

        memory.clock.advance(DAY)

        assert (await memory.history.page(request.thread_id, after=None, limit=9)).turns == ()

    async def test_a_long_thread_keeps_its_newest_turns(self, memory: Memory) -> None:
        history = InMemoryHistory(
            monotonic=memory._seconds, now=memory.clock, ttl=DAY, turns_per_thread=3
        )
        requests = [a_request(a_question(str(n), thread_id="t")) for n in range(5)]

        for request in requests:
            history.add(request.thread_id, [Turn.asking(request)], user_id=request.user_id)

        kept = await history.page(requests[0].thread_id, after=None, limit=10)
        assert [turn.content for turn in kept.turns] == ["2", "3", "4"]

    async def test_the_longest_unused_threads_make_room_by_what_their_texts_take(
        self, memory: Memory
    ) -> None:
        history = InMemoryHistory(monotonic=memory._seconds, now=memory.clock, ttl=DAY, cap=10_000)
        requests = [a_request(a_question("x" * 2_000)) for _ in range(9)]

        for request in requests:
            history.add(request.thread_id, [Turn.asking(request)], user_id=request.user_id)

        kept = [
            bool((await history.page(r.thread_id, after=None, limit=1)).turns) for r in requests
        ]
        assert kept == [False] * 6 + [True] * 3

    async def test_paging_goes_on_while_the_oldest_turns_are_forgotten(
        self, memory: Memory
    ) -> None:
        history = InMemoryHistory(
            monotonic=memory._seconds, now=memory.clock, ttl=DAY, turns_per_thread=3
        )
        requests = [a_request(a_question(str(n), thread_id="t")) for n in range(5)]
        thread = requests[0].thread_id
        history.add(thread, map(Turn.asking, requests[:3]), user_id=ANN)
        first = await history.page(thread, after=None, limit=2)

        history.add(thread, map(Turn.asking, requests[3:]), user_id=ANN)

        rest = await history.page(thread, after=first.next, limit=10)
        assert [turn.content for turn in rest.turns] == ["2", "3", "4"]


class TestInMemoryThreads(InMemoryPorts, ThreadsContract):
    async def test_an_owner_is_forgotten_after_30_days_without_use(self, memory: Memory) -> None:
        thread = a_question().thread_id
        await memory.threads.own(thread, a_question().user_id)

        memory.clock.advance(timedelta(days=30))

        assert await memory.threads.owner(thread) is None


class TestInMemoryConversations(InMemoryPorts, ConversationsContract):
    pass


class TestInMemoryRemoval(InMemoryPorts, RemovalContract):
    pass


class TestInMemoryFeedback(InMemoryPorts, FeedbackContract):
    pass
