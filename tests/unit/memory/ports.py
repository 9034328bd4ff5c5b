"""The ports in memory, as the contract suites ask for them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from cse_chat.adapters.wire.requests import EncodedRequest
from cse_chat.domain.ports.applied import AppliedMarks
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog, EventRecorder
from cse_chat.domain.ports.feedback import FeedbackBox
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.lineup import Lineup
from cse_chat.domain.ports.offers import Offers
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.requests import DeadLetters, RequestLog, RequestSource
from cse_chat.domain.ports.threads import History, Threads
from tests.memory import LEASE, Memory


class InMemoryPorts:
    """The fixtures that the suites ask for; each is checked against its port by its type."""

    @pytest.fixture
    def memory(self) -> Memory:
        return Memory()

    @pytest.fixture
    def ledger(self, memory: Memory) -> Ledger:
        return memory.ledger

    @pytest.fixture
    def claims(self, memory: Memory) -> Claims:
        return memory.ledger

    @pytest.fixture
    def offers(self, memory: Memory) -> Offers:
        return memory.ledger.offers

    @pytest.fixture
    def lineup(self, memory: Memory) -> Lineup:
        return memory.lineup

    @pytest.fixture
    def marks(self, memory: Memory) -> AppliedMarks:
        return memory.ledger.marks

    @pytest.fixture
    def threads(self, memory: Memory) -> Threads:
        return memory.threads

    @pytest.fixture
    def history(self, memory: Memory) -> History:
        return memory.history

    @pytest.fixture
    def conversations(self, memory: Memory) -> Conversations:
        return memory.conversations

    @pytest.fixture
    def feedback(self, memory: Memory) -> FeedbackBox:
        return memory.ledger

    @pytest.fixture
    def replies(self, memory: Memory) -> ReplyBus:
        return memory.replies

    @pytest.fixture
    def events(self, memory: Memory) -> EventLog:
        return memory.events

    @pytest.fixture
    def recorder(self, memory: Memory) -> EventRecorder:
        return memory.ledger

    @pytest.fixture
    def log(self, memory: Memory) -> RequestLog:
        return memory.log

    @pytest.fixture
    def source(self, memory: Memory) -> RequestSource:
        return memory.log

    @pytest.fixture
    def dead_letters(self, memory: Memory) -> DeadLetters:
        return memory.dead_letters

    @pytest.fixture
    def passes(self, memory: Memory) -> Callable[[timedelta], Awaitable[None]]:
        async def passes(duration: timedelta) -> None:
            memory.clock.advance(duration)

        return passes

    @pytest.fixture
    def leases_run_out(self, memory: Memory) -> Callable[[], Awaitable[None]]:
        async def run_out() -> None:
            memory.clock.advance(LEASE)

        return run_out

    @pytest.fixture
    def places_run_out(
        self, leases_run_out: Callable[[], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        return leases_run_out

    @pytest.fixture
    def rebalance(self, memory: Memory) -> Callable[[], Awaitable[None]]:
        return memory.log.rebalance

    @pytest.fixture
    def append_bytes(self, memory: Memory) -> Callable[[bytes | None], Awaitable[None]]:
        async def append(value: bytes | None) -> None:
            memory.log.append_record(EncodedRequest(b"thread", value, ()))

        return append
