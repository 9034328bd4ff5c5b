"""Ways into Redis by which something is told to whoever follows a topic."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Protocol
from uuid import uuid4

from litestar.channels.backends.base import ChannelsBackend
from litestar.channels.backends.redis import (
    RedisChannelsPubSubBackend,
    RedisChannelsStreamBackend,
)
from redis.asyncio import BlockingConnectionPool, Redis

from bench.errors import BrokenRunError
from cse_chat.adapters.redis.connection import RedisConnection, retry
from cse_chat.adapters.redis.ledger import RedisLedger
from cse_chat.adapters.wire.events import event_json, said_tail
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Cursor, Utterance
from cse_chat.domain.model.ids import CorrelationId, ThreadId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.entrypoints.clock import new_claim_token
from cse_chat.entrypoints.http.users import LOCAL_USER

LEDGER: Final = "ledger"
CHANNELS: Final = "channels"
STREAMS: Final = "streams"
FLOOR: Final = "floor"

_LONG: Final = timedelta(hours=1)
_EPOCH: Final = "0" * 16
_CONNECTIONS: Final = 50


class Publisher(Protocol):
    """Tells whoever follows."""

    async def say(self, topic: str, number: int, text: str) -> None:
        """Return once it is recorded, or published where nothing is recorded.

        Args:
            topic: Where; one at a time in each.
            number: From 1, ascending; the same again when nobody knows whether it was said.
            text: What.

        Raises:
            TransportError: Nobody knows; so the ledger says it.
            RedisError: Nobody knows; so the others say it.
        """
        ...


class LedgerPublisher:
    """The worker's own way: an attempt under its claim, each piece of text recorded by one script."""

    def __init__(self, ledger: RedisLedger, claims: Mapping[str, Claim]) -> None:
        self._ledger = ledger
        self._claims = claims

    async def say(self, topic: str, number: int, text: str) -> None:
        """See `Publisher.say`."""
        await self._ledger.record(self._claims[topic], [_utterance(number, text)])


class ChannelsPublisher:
    """What a backend of Litestar's Channels does with the same bytes."""

    def __init__(self, backend: ChannelsBackend) -> None:
        self._backend = backend

    async def say(self, topic: str, number: int, text: str) -> None:
        """See `Publisher.say`."""
        await self._backend.publish(event(topic, number, text), [topic])


class FloorPublisher:
    """One XADD and one PUBLISH of the same bytes, in one pipeline."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection

    async def say(self, topic: str, number: int, text: str) -> None:
        """See `Publisher.say`."""
        told = event(topic, number, text)
        added = self._connection.command(
            "XADD", f"kept:{topic}", "MAXLEN", "~", "10000", "*", "e", told
        )
        published = self._connection.command("PUBLISH", topic, told)
        await added
        await published


def event(topic: str, number: int, text: str) -> bytes:
    """Return the event that the ledger would record."""
    claim = Claim(
        correlation_id=CorrelationId(str(uuid4())),
        thread_id=ThreadId(topic),
        attempt=1,
        spent=0,
        token=new_claim_token(),
    )
    members = {"timestamp": datetime.now(UTC)}
    return event_json(Cursor(_EPOCH, number), members, said_tail(claim, _utterance(number, text)))


def _utterance(number: int, text: str) -> Utterance:
    return Utterance(number=number, said=Delta(text), chunk_index=number - 1)


@asynccontextmanager
async def _by_ledger(url: str, topics: Sequence[str]) -> AsyncGenerator[Publisher]:
    async with RedisConnection(url) as connection:
        ledger = RedisLedger(
            connection,
            new_token=new_claim_token,
            lease=_LONG,
            answer_ttl=_LONG,
            history_ttl=_LONG,
        )
        async with ledger:
            yield LedgerPublisher(
                ledger, {topic: await _claimed(ledger, topic) for topic in topics}
            )


async def _claimed(ledger: RedisLedger, topic: str) -> Claim:
    now = datetime.now(UTC)
    question = Question(thread_id=ThreadId(topic), user_id=LOCAL_USER, text="What is measured?")
    request = ChatRequest(
        correlation_id=CorrelationId(str(uuid4())),
        question=question,
        asked_at=now,
        deadline=now + _LONG,
    )
    claim = await ledger.claim(request, Durability.KAFKA)
    if not isinstance(claim, Claim):
        raise BrokenRunError(f"thread {topic} cannot be claimed: {claim}")
    return claim


@asynccontextmanager
async def _by_channels(kind: str, url: str, _: Sequence[str]) -> AsyncGenerator[Publisher]:
    pool = BlockingConnectionPool.from_url(url, max_connections=_CONNECTIONS, retry=retry())
    async with Redis(connection_pool=pool) as redis:
        yield ChannelsPublisher(backend_of(kind, redis))
    await pool.aclose()


def backend_of(kind: str, redis: Redis) -> ChannelsBackend:
    """Return one of the two backends that Channels has over Redis."""
    if kind == STREAMS:
        return RedisChannelsStreamBackend(history=10_000, redis=redis)
    return RedisChannelsPubSubBackend(redis=redis)


@asynccontextmanager
async def _by_floor(url: str, _: Sequence[str]) -> AsyncGenerator[Publisher]:
    async with RedisConnection(url) as connection:
        yield FloorPublisher(connection)


OPENED: Final[
    Mapping[str, Callable[[str, Sequence[str]], AbstractAsyncContextManager[Publisher]]]
] = {
    LEDGER: _by_ledger,
    CHANNELS: partial(_by_channels, CHANNELS),
    STREAMS: partial(_by_channels, STREAMS),
    FLOOR: _by_floor,
}
"""By kind: what opens one, given the server's URL and all topics that it will have."""
