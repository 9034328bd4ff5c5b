"""The adapters of Redis under the suites that the ones in memory pass."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import cast

import pytest

from cse_chat.domain.ports.applied import AppliedMarks
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog, EventRecorder
from cse_chat.domain.ports.feedback import FeedbackBox
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.lineup import Lineup
from cse_chat.domain.ports.offers import Offers
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.threads import History, Threads
from tests.contracts.applied import AppliedMarksContract
from tests.contracts.claims import ClaimsContract
from tests.contracts.conversations import ConversationsContract
from tests.contracts.early_answers import EarlyAnswersContract
from tests.contracts.events import EventsContract
from tests.contracts.feedback import FeedbackContract
from tests.contracts.history import HistoryContract
from tests.contracts.ledger import LedgerContract
from tests.contracts.lineup import LineupContract
from tests.contracts.offers import OffersContract
from tests.contracts.offers_refused import OffersRefusedContract
from tests.contracts.recording import RecordingContract
from tests.contracts.removal import RemovalContract
from tests.contracts.threads import ThreadsContract
from tests.integration.redis.stores import Overheard, Stores, event_log


class RedisPorts:
    """The fixtures that the suites ask for; each is checked against its port by its type."""

    @pytest.fixture
    def ledger(self, stores: Stores) -> Ledger:
        return stores.ledger

    @pytest.fixture
    def claims(self, stores: Stores) -> Claims:
        return stores.ledger

    @pytest.fixture
    def offers(self, stores: Stores) -> Offers:
        return stores.ledger.offers

    @pytest.fixture
    def is_written(self, stores: Stores) -> Callable[[], Awaitable[None]]:
        async def replied() -> None:
            await stores.connection.command("PING")

        return replied

    @pytest.fixture
    def lineup(self, stores: Stores) -> Lineup:
        return stores.lineup

    @pytest.fixture
    def marks(self, stores: Stores) -> AppliedMarks:
        return stores.marks

    @pytest.fixture
    def threads(self, stores: Stores) -> Threads:
        return stores.threads

    @pytest.fixture
    def history(self, stores: Stores) -> History:
        return stores.history

    @pytest.fixture
    def conversations(self, stores: Stores) -> Conversations:
        return stores.conversations

    @pytest.fixture
    def feedback(self, stores: Stores) -> FeedbackBox:
        return stores.feedback

    @pytest.fixture
    def replies(self, stores: Stores) -> ReplyBus:
        return cast("ReplyBus", Overheard(stores.raw))  # the suite of the ledger only listens

    @pytest.fixture
    async def events(self, stores: Stores) -> AsyncGenerator[EventLog]:
        async with event_log(stores) as events:
            yield events

    @pytest.fixture
    def recorder(self, stores: Stores) -> EventRecorder:
        return stores.ledger

    @pytest.fixture
    def leases_run_out(self, stores: Stores) -> Callable[[], Awaitable[None]]:
        return stores.leases_run_out

    @pytest.fixture
    def places_run_out(self, stores: Stores) -> Callable[[], Awaitable[None]]:
        return stores.places_run_out


class TestRedisLedger(RedisPorts, LedgerContract):
    pass


class TestRedisLineup(RedisPorts, LineupContract):
    pass


class TestRedisClaims(RedisPorts, ClaimsContract):
    pass


class TestRedisEarlyAnswers(RedisPorts, EarlyAnswersContract):
    pass


class TestRedisOffers(RedisPorts, OffersContract):
    pass


class TestRedisOffersRefused(RedisPorts, OffersRefusedContract):
    pass


class TestRedisEvents(RedisPorts, EventsContract):
    pass


class TestRedisRecording(RedisPorts, RecordingContract):
    pass


class TestRedisAppliedMarks(RedisPorts, AppliedMarksContract):
    pass


class TestRedisHistory(RedisPorts, HistoryContract):
    pass


class TestRedisConversations(RedisPorts, ConversationsContract):
    pass


class TestRedisRemoval(RedisPorts, RemovalContract):
    pass


class TestRedisFeedback(RedisPorts, FeedbackContract):
    pass


class TestRedisThreads(RedisPorts, ThreadsContract):
    pass
