"""The in-memory adapters under the contract suites, and what is theirs alone."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

import pytest

from cse_chat.adapters.echo import EchoAgent
from cse_chat.adapters.memory.audit import InMemoryAuditLog
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.adapters.memory.requests import PARTITION, InMemoryRequestLog
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.adapters.memory.threads import InMemoryHistory
from cse_chat.adapters.wire.requests import EncodedRequest
from cse_chat.domain.errors import OverloadedError, TransportError
from cse_chat.domain.model.audit import AuditRecord
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.deliveries import Finished
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.ports.agent import Agent
from cse_chat.domain.ports.applied import ResponseReader
from cse_chat.domain.ports.audit import AuditLog
from cse_chat.domain.ports.responses import ResponseLog
from tests.builders import a_dead_letter, a_question, a_record, a_request, an_outcome
from tests.contracts.agent import AgentContract
from tests.contracts.applied import AppliedMarksContract
from tests.contracts.audit import AuditLogContract, ReadAuditBack, an_audit_record
from tests.contracts.claims import ClaimsContract
from tests.contracts.conversations import ConversationsContract
from tests.contracts.dead_letters import DeadLettersContract
from tests.contracts.events import EventsContract, busy_thread
from tests.contracts.feedback import FeedbackContract
from tests.contracts.history import HistoryContract
from tests.contracts.ledger import LedgerContract
from tests.contracts.lineup import LineupContract
from tests.contracts.replies import ReplyBusContract
from tests.contracts.requests import RequestLogContract
from tests.contracts.responses import ResponseLogContract, ResponseReaderContract
from tests.contracts.threads import ANN, ThreadsContract
from tests.memory import DAY, Memory
from tests.unit.memory_ports import InMemoryPorts


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


class TestInMemoryLedger(InMemoryPorts, LedgerContract):
    async def test_a_settled_request_is_forgotten_after_its_time(self, memory: Memory) -> None:
        request = a_request()
        await memory.ledger.settle(an_outcome(request))

        memory.clock.advance(DAY)

        assert await memory.ledger.find([request.correlation_id]) == {}

    async def test_marking_does_not_prolong_its_life_for_ever(self, memory: Memory) -> None:
        request = a_request()
        await memory.ledger.settle(an_outcome(request))
        memory.clock.advance(DAY - timedelta(seconds=1))

        assert request.correlation_id in await memory.ledger.find([request.correlation_id])

    async def test_open_requests_are_never_forgotten_for_newer_ones(self) -> None:
        """And those go by what their answers take."""
        memory = Memory(ledger_cap=13_000)  # each weighs 4,000 and a little
        request = a_request()
        await memory.ledger.register(request, Durability.MEMORY)
        settled = [a_request() for _ in range(20)]

        for other in settled:
            await memory.ledger.settle(an_outcome(other, text="x" * 500))

        assert request.correlation_id in await memory.ledger.find([request.correlation_id])
        assert len(memory.ledger) == 1
        kept = await memory.ledger.find([other.correlation_id for other in settled])
        assert list(kept) == [other.correlation_id for other in settled[-3:]]

    async def test_nothing_of_a_forgotten_claim_can_be_used(self, memory: Memory) -> None:
        request = a_request()
        claim = await memory.ledger.claim(request, Durability.MEMORY)
        assert isinstance(claim, Claim)
        await memory.ledger.settle(an_outcome(request))
        memory.clock.advance(DAY)

        assert await memory.ledger.renew([claim]) == [claim]
        await memory.ledger.release(claim, spent=True)
        assert await memory.ledger.find([request.correlation_id]) == {}


class TestInMemoryLineup(InMemoryPorts, LineupContract):
    pass


class TestInMemoryClaims(InMemoryPorts, ClaimsContract):
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


class TestInMemoryFeedback(InMemoryPorts, FeedbackContract):
    pass


class TestInMemoryAuditLog(AuditLogContract):
    @pytest.fixture
    def log(self) -> InMemoryAuditLog:
        return InMemoryAuditLog()

    @pytest.fixture
    def audit(self, log: InMemoryAuditLog) -> AuditLog:
        return log

    @pytest.fixture
    def read_back(self, log: InMemoryAuditLog) -> ReadAuditBack:
        async def read_back() -> list[AuditRecord]:
            return list(log.read())

        return read_back

    async def test_the_oldest_make_room_by_what_they_say(self) -> None:
        log = InMemoryAuditLog(cap=12_000)

        for n in range(5):
            await log.append(an_audit_record(id=str(n), details={"comment": "x" * 1_000}))

        assert [record.id for record in log.read()] == ["3", "4"]


class TestInMemoryReplyBus(InMemoryPorts, ReplyBusContract):
    async def test_an_announcement_can_be_lost(self) -> None:
        """As on a real bus; delivering again, as the sweep does, is heard."""
        lost: list[Outcome] = []

        def loses(outcome: Outcome) -> bool:
            lost.append(outcome)
            return True

        replies = InMemoryReplyBus(monotonic=lambda: 0.0, loses=loses)
        outcome = an_outcome(a_request())

        async with replies.listen(outcome.correlation_id) as next_reply:
            await replies.announce(outcome)
            assert await next_reply(timedelta(milliseconds=10)) is None
            replies.deliver(outcome)
            assert await next_reply(timedelta(seconds=2)) == outcome

        assert lost == [outcome]

    async def test_who_is_let_go_does_not_wait_now_or_later(self, memory: Memory) -> None:
        """What was told before can still be looked at."""
        request, another = a_request(), a_request()

        async with (
            memory.replies.listen(request.correlation_id) as next_reply,
            memory.replies.listen(another.correlation_id) as told,
        ):
            waiting = asyncio.ensure_future(next_reply(timedelta(hours=1)))
            await asyncio.sleep(0)
            memory.replies.deliver(an_outcome(another))
            memory.replies.let_go()

            assert await waiting is None
            assert await next_reply(timedelta(hours=1)) is None
            assert await told(timedelta(hours=1)) == an_outcome(another)

    async def test_nothing_is_kept_of_a_wait_that_is_over(self, memory: Memory) -> None:
        async with memory.replies.listen(a_request().correlation_id):
            assert len(memory.replies) == 1

        assert len(memory.replies) == 0


class TestInMemoryRequestLog(InMemoryPorts, RequestLogContract):
    async def test_a_full_log_refuses_until_something_is_done(self) -> None:
        memory = Memory(cap=1)
        await memory.log.append(a_request())

        with pytest.raises(OverloadedError):
            await memory.log.append(a_request())

        [delivery] = await memory.log.unfinished()
        await memory.log.acknowledge(Finished(offsets={0: (delivery.record.offset,)}))
        await memory.log.append(a_request())
        assert len(memory.log) == 1

    async def test_a_log_is_full_by_its_bytes_too(self, memory: Memory) -> None:
        log = InMemoryRequestLog(
            dead_letters=memory.dead_letters,
            now=memory.clock,
            default_deadline=timedelta(minutes=5),
            capacity_bytes=5_000,
        )
        await log.append(a_request(a_question("x" * 4_000)))

        with pytest.raises(OverloadedError):
            await log.append(a_request(a_question("x" * 4_000)))

        await log.acknowledge(Finished(offsets={0: (0,)}))
        await log.append(a_request(a_question("x" * 4_000)))

    async def test_a_closed_log_refuses_and_its_reader_ends_once_it_had_everything(
        self, memory: Memory
    ) -> None:
        request = a_request()
        await memory.log.append(request)

        memory.log.close()

        with pytest.raises(TransportError):
            await memory.log.append(a_request())
        assert [d.request async for d in memory.log.deliveries(_ignored)] == [request]

    async def test_what_is_finished_behind_a_slow_one_makes_room(self) -> None:
        """The position stands still; a slow request must not fill the log."""
        memory = Memory(cap=2)
        for _ in range(2):
            await memory.log.append(a_request())

        await memory.log.acknowledge(Finished(offsets={0: (1,)}))

        await memory.log.append(a_request())
        assert [d.record.offset for d in await memory.log.unfinished()] == [0, 2]

    async def test_a_rebalance_without_a_reader_is_no_error(self, memory: Memory) -> None:
        await memory.log.rebalance()

    async def test_rubbish_is_not_among_the_unfinished(self, memory: Memory) -> None:
        memory.log.append_record(EncodedRequest(b"thread", b"rubbish", ()))

        assert await memory.log.unfinished() == ()
        assert len(memory.log) == 0


class TestInMemoryDeadLetters(InMemoryPorts, DeadLettersContract):
    async def test_only_the_newest_are_kept(self) -> None:
        letters = InMemoryDeadLetters(cap=2_500)  # a record of a few bytes counts for 1,000
        for n in range(3):
            await letters.put(a_dead_letter(offset=n))

        assert [letter.record.offset for letter in await letters.newest(10)] == [2, 1]


class TestInMemoryResponseLog(ResponseLogContract):
    @pytest.fixture
    def kept(self) -> InMemoryResponseLog:
        return InMemoryResponseLog(cap=8_300)  # an outcome counts for 2,000, and its text

    @pytest.fixture
    def responses(self, kept: InMemoryResponseLog) -> ResponseLog:
        return kept

    @pytest.fixture
    def read_back(
        self, kept: InMemoryResponseLog
    ) -> Callable[[], Awaitable[list[tuple[Outcome, int]]]]:
        async def read_back() -> list[tuple[Outcome, int]]:
            return list(kept.read())

        return read_back

    async def test_only_the_newest_are_kept(self, kept: InMemoryResponseLog) -> None:
        for n in range(6):
            await kept.append(an_outcome(a_request(), Status.EXPIRED), request=a_record(offset=n))

        assert [offset for _, offset in kept.read()] == [2, 3, 4, 5]


class TestInMemoryResponseReader(ResponseReaderContract):
    @pytest.fixture
    def kept(self) -> InMemoryResponseLog:
        return InMemoryResponseLog()

    @pytest.fixture
    def responses(self, kept: InMemoryResponseLog) -> ResponseLog:
        return kept

    @pytest.fixture
    def reader(self, kept: InMemoryResponseLog) -> ResponseReader:
        return kept

    @pytest.fixture
    def partitions(self) -> Collection[int]:
        return [PARTITION]


class TestInMemoryAppliedMarks(InMemoryPorts, AppliedMarksContract):
    pass


class TestEchoAgent(AgentContract):
    @pytest.fixture
    def agent(self) -> Agent:
        return EchoAgent(timedelta(milliseconds=1))


async def _ignored(_: Collection[int]) -> None:
    """Let go of what is revoked."""
