"""What the scenes stand on: the broker keeps its port's contract, time passes when nothing runs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest

from cse_chat.adapters.hints import HeardHints
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.wire.requests import EncodedRequest
from cse_chat.domain.ports.requests import DeadLetters, Hints, RequestLog, RequestSource
from tests.builders import NOON
from tests.contracts.hints import HintsContract, Settled
from tests.contracts.requests import RequestLogContract
from tests.faults.broker import Broker, Member
from tests.faults.failpoints import Process
from tests.faults.hints import HintBus
from tests.faults.virtual_time import NothingWillHappenError, VirtualTimeLoop, run_virtual


class TestBroker(RequestLogContract):
    @pytest.fixture
    def dead_letters(self) -> DeadLetters:
        return InMemoryDeadLetters()

    @pytest.fixture
    def broker(self, dead_letters: DeadLetters) -> Broker:
        return Broker(partitions=1, dead_letters=dead_letters, now=lambda: NOON)

    @pytest.fixture
    def log(self, broker: Broker) -> RequestLog:
        return broker

    @pytest.fixture
    def source(self, broker: Broker) -> RequestSource:
        broker.readers[0] = member = Member(broker)
        return member

    @pytest.fixture
    def append_bytes(self, broker: Broker) -> Callable[[bytes | None], Awaitable[None]]:
        async def append(value: bytes | None) -> None:
            broker.append_record(EncodedRequest(b"thread", value, ()))

        return append

    @pytest.fixture
    def rebalance(self, broker: Broker) -> Callable[[], Awaitable[None]]:
        async def rebalance() -> None:
            reader = broker.readers[0]
            await broker.assign({0: None})
            await broker.assign({0: reader})

        return rebalance


class TestHintBus(HintsContract):
    @pytest.fixture
    def heard(self) -> HeardHints:
        return HeardHints()

    @pytest.fixture
    def hints(self, heard: HeardHints) -> Hints:
        broker = Broker(partitions=1, dead_letters=InMemoryDeadLetters(), now=lambda: NOON)
        broker.readers[0] = member = Member(broker)
        bus = HintBus(broker)
        bus.listen(member, heard, Process())
        return bus

    @pytest.fixture
    def is_heard(self) -> Settled:
        async def at_once() -> None: ...

        return at_once


def test_hours_pass_at_once_and_in_order() -> None:
    async def scene() -> list[float]:
        async def wake(after: float) -> float:
            await asyncio.sleep(after)
            return asyncio.get_running_loop().time()

        return list(await asyncio.gather(wake(1_800), wake(7), wake(0)))

    assert run_virtual(scene()) == pytest.approx([1_800, 7, 0])


def test_a_wait_that_nothing_can_end_is_an_error_and_no_hang() -> None:
    with pytest.raises(TimeoutError):
        run_virtual(asyncio.sleep(1e9))
    with closing(VirtualTimeLoop()) as loop, pytest.raises(NothingWillHappenError):
        loop.run_until_complete(asyncio.Event().wait())


def test_a_task_that_is_left_running_is_told() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def scene() -> None:
        tasks.append(asyncio.create_task(asyncio.sleep(100), name="forgotten"))

    with pytest.raises(AssertionError, match="forgotten"):
        run_virtual(scene())
