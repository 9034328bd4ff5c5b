"""What is asked and answered, in memory: the logs under their contract suites, and their bounds."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing
from datetime import timedelta

import pytest

from cse_chat.adapters.memory.audit import InMemoryAuditLog
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.requests import PARTITION, InMemoryRequestLog
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.adapters.wire.requests import EncodedRequest
from cse_chat.domain.errors import OverloadedError, TransportError
from cse_chat.domain.model.audit import AuditRecord
from cse_chat.domain.model.deliveries import Finished
from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.ports.applied import ResponseReader
from cse_chat.domain.ports.audit import AuditLog
from cse_chat.domain.ports.responses import ResponseLog
from tests.builders import a_dead_letter, a_question, a_record, a_request, an_outcome
from tests.contracts.audit import AuditLogContract, ReadAuditBack, an_audit_record
from tests.contracts.dead_letters import DeadLettersContract
from tests.contracts.requests import RequestLogContract
from tests.contracts.responses import ResponseLogContract, ResponseReaderContract
from tests.memory import Memory
from tests.unit.memory.ports import InMemoryPorts


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

    async def test_only_what_no_reader_was_given_is_new(self, memory: Memory) -> None:
        await memory.log.append(a_request())
        assert not any(delivery.is_new for delivery in await memory.log.unfinished())
        async with aclosing(memory.log.deliveries(_ignored)) as first_reader:
            assert (await anext(first_reader)).is_new
            await memory.log.append(a_request())
            await memory.log.rebalance()
            assert [(await anext(first_reader)).is_new for _ in range(2)] == [False, True]

        await memory.log.append(a_request())
        async with aclosing(memory.log.deliveries(_ignored)) as next_reader:
            given = [await anext(next_reader) for _ in range(3)]

        assert [delivery.is_new for delivery in given] == [False, False, True]

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


async def _ignored(_: Collection[int]) -> None:
    """Let go of what is revoked."""
