"""The adapters of Kafka under the suites that the ones in memory pass."""

from collections.abc import Awaitable, Callable, Collection

import pytest

from cse_chat.adapters.kafka.names import REQUEST_OFFSET
from cse_chat.adapters.kafka.responses import outcome_of
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.ports.applied import ResponseReader
from cse_chat.domain.ports.requests import DeadLetters
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


class TestKafkaDeadLetters(DeadLettersContract):
    pass
