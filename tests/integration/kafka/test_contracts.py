"""The adapters of Kafka under the suites that the ones in memory pass."""

from collections.abc import Awaitable, Callable, Collection

import pytest

from cse_chat.adapters.kafka.audit import KafkaAuditLog
from cse_chat.adapters.kafka.names import REQUEST_OFFSET
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.kafka.responses import outcome_of
from cse_chat.adapters.wire.audit import decode_audit_record
from cse_chat.domain.model.audit import AuditKind, AuditRecord
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.ports.applied import ResponseReader
from cse_chat.domain.ports.audit import AuditLog
from cse_chat.domain.ports.requests import DeadLetters
from tests.contracts.audit import AuditLogContract, ReadAuditBack, an_audit_record
from tests.contracts.dead_letters import DeadLettersContract
from tests.contracts.requests import AppendBytes, RequestLogContract
from tests.contracts.responses import ReadBack, ResponseLogContract, ResponseReaderContract
from tests.integration.kafka.places import PARTITIONS, Place
from tests.waiting import until


class TestKafkaRequestLog(RequestLogContract):
    @pytest.fixture
    def append_bytes(self, place: Place) -> AppendBytes:
        async def append(value: bytes | None) -> None:
            await place.write(value)

        return append

    @pytest.fixture
    def rebalance(self, place: Place, dead_letters: DeadLetters) -> Callable[[], Awaitable[None]]:
        """Another member comes, so that all is dealt out anew, and goes."""

        async def rebalance() -> None:
            async with place.source(dead_letters) as other:
                await until(lambda: other.healthy, seconds=10)

        return rebalance


class TestKafkaResponseLog(ResponseLogContract):
    @pytest.fixture
    def read_back(self, place: Place) -> ReadBack:
        async def read_back() -> list[tuple[Outcome, int]]:
            found = [
                (outcome_of(record), int(dict(record.headers)[REQUEST_OFFSET].split(b"-")[1]))
                for record in await place.read(place.responses)
            ]
            return sorted(found, key=lambda pair: pair[1])

        return read_back


class TestKafkaResponseReader(ResponseReaderContract):
    @pytest.fixture
    def reader(self, place: Place) -> ResponseReader:
        return place.response_reader()

    @pytest.fixture
    def partitions(self) -> Collection[int]:
        return range(PARTITIONS)


class TestKafkaAuditLog(AuditLogContract):
    @pytest.fixture
    def audit(self, producer: SupervisedProducer, place: Place) -> AuditLog:
        return KafkaAuditLog(producer, topic=place.audit)

    @pytest.fixture
    def read_back(self, place: Place) -> ReadAuditBack:
        async def read_back() -> list[AuditRecord]:
            return [
                decode_audit_record(record.value or b"") for record in await place.read(place.audit)
            ]

        return read_back

    async def test_a_record_is_a_cloud_event_of_its_thread(
        self, audit: AuditLog, place: Place
    ) -> None:
        rated = an_audit_record()
        deleted = an_audit_record(kind=AuditKind.DELETED, correlation_id=None)

        for record in (rated, deleted):
            await audit.append(record)

        sent = {dict(each.headers)["ce_id"]: each for each in await place.read(place.audit)}
        found = sent[rated.id.encode()]
        assert found.key == rated.thread_id.encode()
        assert dict(found.headers) == {
            "ce_id": rated.id.encode(),
            "ce_type": b"lk.cse.chat.audit.v1",
            "ce_source": b"/cse-chat/gateway",
            "ce_specversion": b"1.0",
            "ce_time": b"2026-07-24T12:00:00Z",
            "content-type": b"application/json",
            "ce_userid": b"ann",
            "ce_correlationid": str(rated.correlation_id).encode(),
        }
        assert "ce_correlationid" not in dict(sent[deleted.id.encode()].headers)


class TestKafkaDeadLetters(DeadLettersContract):
    pass
