"""Questions are cancelled before, while and after they are answered, from any gateway."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from redis.asyncio import Redis

from cse_chat.adapters.kafka.names import RESPONSES
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.test_workers import started
from tests.integration.processes import has_logged
from tests.waiting import until, until_it

pytestmark = pytest.mark.timeout(120)

ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


class Gateway:
    """One gateway, as its clients know it."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self.url = url
        self._client = client

    async def ask(
        self, text: str, *, thread_id: str = "t", if_busy: str = "enqueue", **headers: str
    ) -> httpx.Response:
        body = {"message": text, "thread_id": thread_id, "if_busy": if_busy}
        return await self._client.post(f"{self.url}/api/chat", json=body, headers=headers)

    async def accepted(self, text: str, **asking: str) -> str:
        """Ask without waiting; return the id."""
        response = await self.ask(text, **asking, **ASYNC)
        assert response.status_code == 202
        return str(response.json()["correlation_id"])

    async def cancel(self, correlation_id: str) -> httpx.Response:
        return await self._client.post(f"{self.url}/api/chat/{correlation_id}/cancel")

    async def ended(self, correlation_id: str) -> dict[str, Any]:
        """Return how it ended, once it has."""
        while True:
            address = f"{self.url}/api/chat/{correlation_id}"
            response = await self._client.get(address, params={"wait": "5"})
            body: dict[str, Any] = response.json()
            if response.status_code == 200:
                return body

    async def history(self, thread_id: str = "t") -> list[dict[str, Any]]:
        response = await self._client.get(f"{self.url}/api/threads/{thread_id}/messages")
        return list(response.json().get("messages", ()))


def begun(cluster: Cluster) -> list[str]:
    """Return what agents began to work on."""
    return [run.text for run in cluster.runs() if run.what == "start"]


async def recorded(cluster: Cluster, correlation_id: str) -> dict[str, Any]:
    """Return what `chat.responses` says of a request, once it does."""
    consumer = AIOKafkaConsumer(
        RESPONSES, bootstrap_servers=cluster.kafka.address, auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(20):
        while True:
            record = await consumer.getone()
            value: dict[str, Any] = json.loads(record.value or b"{}")
            if value["correlation_id"] == correlation_id:
                return value


async def test_what_no_worker_has_seen_is_cancelled_and_no_agent_runs(
    cluster: Cluster, client: httpx.AsyncClient
) -> None:
    """At another gateway than it was asked."""
    one, other = (Gateway(each.url, client) for each in cluster.start("gateway", 2))
    correlation_id = await one.accepted("answer never")

    cancelled = await other.cancel(correlation_id)
    cluster.start("worker")
    behind = await one.ask("answer behind")
    record = await recorded(cluster, correlation_id)

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert behind.json()["response"].startswith("answer to answer behind")
    assert await one.ended(correlation_id) == cancelled.json()
    assert begun(cluster) == ["answer behind"]
    assert (record["status"], record["problem"]["type"]) == ("cancelled", "/problems/cancelled")


async def test_what_runs_is_stopped_its_asker_told_and_its_thread_goes_on(
    cluster: Cluster, client: httpx.AsyncClient
) -> None:
    """The worker has one slot: the next question needs it."""
    one, other = (Gateway(each.url, client) for each in cluster.start("gateway", 2))
    cluster.start("worker", WORKER__CONCURRENCY="1")
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(one.ask("hang a"))
    await started(cluster, 1)
    behind = asyncio.create_task(one.ask("answer b"))
    [turn] = [turn for turn in await one.history() if turn["content"] == "hang a"]

    began = loop.time()
    cancelled = await other.cancel(turn["correlation_id"])
    told = await waiting
    answer = await behind
    took = loop.time() - began
    again = await one.cancel(turn["correlation_id"])

    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (told.status_code, told.json()["type"]) == (409, "/problems/cancelled")
    assert answer.json()["response"].startswith("answer to answer b")
    assert again.json() == cancelled.json()
    assert took < 3, "the lease of the stopped one ran out, or nobody told its asker"
    assert (await recorded(cluster, turn["correlation_id"]))["status"] == "cancelled"
    roles = [turn["role"] for turn in await one.history()]
    assert sorted(roles) == ["agent", "agent", "user", "user"]


async def deaf_to_control(cluster: Cluster) -> str:
    """Return the address of Redis for a process that may not hear cancellations."""
    async with Redis.from_url(cluster.redis.url) as redis:
        await redis.acl_setuser(
            "deaf",
            enabled=True,
            passwords=["+secret"],
            keys=["*"],
            channels=["chat.response:*", "chat.replies*", "chat.stream:*", "chat.heartbeat:*"],
            categories=["+@all"],
        )
    return cluster.redis.url.replace("redis://", "redis://deaf:secret@")


async def test_a_worker_that_hears_no_cancellation_stops_within_a_second_all_the_same(
    cluster: Cluster, client: httpx.AsyncClient
) -> None:
    [gateway] = (Gateway(each.url, client) for each in cluster.start("gateway"))
    url = await deaf_to_control(cluster)
    [worker] = cluster.start("worker", WORKER__CONCURRENCY="1", REDIS__URL=url)
    await until(lambda: has_logged(worker, "control_not_heard"))
    loop = asyncio.get_running_loop()
    correlation_id = await gateway.accepted("hang a")
    await started(cluster, 1)
    behind = asyncio.create_task(gateway.ask("answer b"))

    began = loop.time()
    await gateway.cancel(correlation_id)
    answer = await behind
    took = loop.time() - began

    assert answer.json()["response"].startswith("answer to answer b")
    assert took < 3, "the lease of the stopped one ran out"
    assert begun(cluster) == ["hang a", "answer b"]


async def test_what_was_answered_stays_answered(
    cluster: Cluster, client: httpx.AsyncClient
) -> None:
    one, other = (Gateway(each.url, client) for each in cluster.start("gateway", 2))
    cluster.start("worker")
    answer = (await one.ask("answer a")).json()

    late = await other.cancel(answer["correlation_id"])

    assert (late.status_code, late.json()) == (200, answer)


async def test_who_hangs_up_cancels_nothing(cluster: Cluster, client: httpx.AsyncClient) -> None:
    [gateway] = (Gateway(each.url, client) for each in cluster.start("gateway"))
    cluster.start("worker")
    asking = asyncio.create_task(gateway.ask("slow a"))
    await started(cluster, 1)

    asking.cancel()
    await asyncio.wait({asking})

    async def is_answered() -> bool:
        return [turn["role"] for turn in await gateway.history()] == ["user", "agent"]

    await until_it(is_answered)
    assert (await gateway.history())[1]["content"].startswith("answer to slow a")


async def test_cancelling_and_answering_at_once_is_told_the_same_to_both(
    cluster: Cluster, client: httpx.AsyncClient
) -> None:
    one, other = (Gateway(each.url, client) for each in cluster.start("gateway", 2))
    cluster.start("worker")

    async def race(number: int) -> str:
        thread = f"race-{number}"
        correlation_id = await one.accepted(f"answer {number}", thread_id=thread)
        await asyncio.sleep(0.001 * (number % 10))
        told = await other.cancel(correlation_id)
        assert told.status_code == 200
        assert await one.ended(correlation_id) == told.json()
        turns = await one.history(thread)
        assert [turn["role"] for turn in turns] == ["user", "agent"]
        return str(told.json().get("status", "answered"))

    outcomes = await asyncio.gather(*map(race, range(60)))

    assert set(outcomes) <= {"answered", "cancelled"}


async def test_of_many_who_would_not_wait_one_is_accepted_by_two_gateways(
    cluster: Cluster, client: httpx.AsyncClient
) -> None:
    gateways = [Gateway(each.url, client) for each in cluster.start("gateway", 2)]

    for number in range(5):
        thread = f"t-{number}"
        responses = await asyncio.gather(
            *(
                gateway.ask("answer a", thread_id=thread, if_busy="reject", **ASYNC)
                for gateway in gateways * 5
            )
        )
        statuses = sorted(response.status_code for response in responses)
        assert statuses == [202] + [409] * 9
        assert len(await gateways[0].history(thread)) == 1


async def test_who_interrupts_at_another_gateway_is_answered_first(
    cluster: Cluster, client: httpx.AsyncClient
) -> None:
    one, other = (Gateway(each.url, client) for each in cluster.start("gateway", 2))
    cluster.start("worker", WORKER__CONCURRENCY="1")
    waiting = asyncio.create_task(one.ask("hang a"))
    await started(cluster, 1)
    queued = await one.accepted("answer b")

    answer = await other.ask("answer c", if_busy="interrupt")
    told = await waiting

    assert answer.json()["response"].startswith("answer to answer c")
    assert (told.status_code, told.json()["type"]) == (409, "/problems/cancelled")
    assert (await one.ended(queued))["status"] == "cancelled"
    assert begun(cluster) == ["hang a", "answer c"]


async def test_a_worker_that_dies_over_a_cancelled_question_leaves_it_cancelled(
    cluster: Cluster, client: httpx.AsyncClient
) -> None:
    """Killed before it could stop its agent: whoever takes over runs none."""
    [gateway] = (Gateway(each.url, client) for each in cluster.start("gateway"))
    [first] = cluster.start("worker")
    correlation_id = await gateway.accepted("hang a")
    await started(cluster, 1)
    first.freeze()
    cancelled = await gateway.cancel(correlation_id)
    first.kill()

    cluster.start("worker")
    behind = await gateway.accepted("answer b")
    answer = await gateway.ended(behind)

    assert await gateway.ended(correlation_id) == cancelled.json()
    assert answer["response"].startswith("answer to answer b")
    await until(lambda: begun(cluster) == ["hang a", "answer b"])
    assert (await recorded(cluster, correlation_id))["status"] == "cancelled"
