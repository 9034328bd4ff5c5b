"""What strangers publish on the channels reaches nobody who really waits for an answer."""

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from cse_chat.adapters.redis import names
from cse_chat.adapters.wire.outcomes import encode_announcement
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Outcome, Status
from tests.builders import a_question, a_request, an_outcome
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import ANSWERED, Clients
from tests.integration.faults.oracle import USER, faults_of
from tests.integration.faults.test_workers import started

pytestmark = pytest.mark.timeout(120)
RUBBISH = (b"", b"rubbish", b"\xff", b"[]", b"7", b"{}", b"[" * 100_000)


async def only_name(redis: Redis, prefix: str) -> str:
    """Return what follows *prefix* in the only key that begins with it, but for a worker's."""
    keys = [key async for key in redis.scan_iter(f"{prefix}*")]
    [key] = [key for key in keys if not key.startswith(f"{prefix}worker-")]
    return str(key.removeprefix(prefix))


def forged(correlation_id: str) -> tuple[Outcome, Outcome, Outcome]:
    """Return outcomes of the wrong thread, of the wrong user, and of another request."""
    right = a_question(thread_id="a", user_id=USER)
    true = an_outcome(a_request(right, correlation_id=correlation_id), text="forged")
    return (
        replace(true, thread_id=ThreadId("another")),
        replace(true, user_id=UserId("another")),
        an_outcome(a_request(right), text="forged"),
    )


def of_unknown_kind(correlation_id: str) -> Outcome:
    """Return one whose status is to be replaced by a word that nobody knows."""
    right = a_question(thread_id="a", user_id=USER)
    return an_outcome(a_request(right, correlation_id=correlation_id), Status.FAILED)


def unknown(message: bytes) -> bytes:
    assert b'"status":"failed"' in message
    return message.replace(b'"status":"failed"', b'"status":"sold-out"')


@pytest.mark.parametrize("per_request", [False, True])
async def test_who_waits_is_told_the_true_answer_only(
    cluster: Cluster, *, per_request: bool
) -> None:
    """Be it announced to the gateway, to all of them, or on the channel of the request."""
    [gateway] = cluster.start("gateway", REPLIES__PER_REQUEST_CHANNELS=str(per_request).lower())
    cluster.start("worker")
    async with (
        Clients([gateway.url]) as clients,
        Redis.from_url(cluster.redis.url, decode_responses=True) as redis,
    ):
        waiting = asyncio.create_task(clients.ask("slow a", thread_id="a"))
        await started(cluster, 1)
        correlation_id = await only_name(redis, "chat.request:")
        own = names.replies(await only_name(redis, "chat.heartbeat:"))
        thread, user, other = forged(correlation_id)
        kind = of_unknown_kind(correlation_id)
        announcements = [
            *RUBBISH,
            *map(encode_announcement, (thread, user, other)),
            unknown(encode_announcement(kind)),
            encode_outcome(thread),  # no announcement, though an outcome
        ]
        # A reply there names no user: with the right id and thread it would be a true one.
        replies = [*RUBBISH, *map(encode_outcome, (thread, other)), unknown(encode_outcome(kind))]
        for channel in (own, names.EVERY_GATEWAY):
            heard = [await redis.publish(channel, message) for message in announcements]
            assert set(heard) == {1}
        channel = names.response(thread.correlation_id)
        heard = [await redis.publish(channel, message) for message in replies]
        assert set(heard) == {int(per_request)}
        assert not waiting.done()

        asked = await waiting
        assert (asked.status, asked.correlation_id) == (ANSWERED, correlation_id)
        assert asked.body["response"] == f"answer to slow a, of {USER}"
        assert (await clients.ask("answer b", thread_id="a")).status == ANSWERED
        assert await faults_of(clients, list(cluster.runs()), seconds=5) == []
        dropped = (await clients.health(gateway.url))["counters"]["replies_dropped"]
        assert {"malformed", "foreign"} <= set(dropped)
