"""Gateways are killed and stopped, and clients leave; the answers can be read at any other."""

import asyncio

import httpx
import pytest

from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import ANSWERED, OPEN, Clients
from tests.integration.faults.oracle import USER, faults_of
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)


@pytest.mark.long_fault
async def test_f9_what_waited_in_a_killed_gateway_is_read_at_another(cluster: Cluster) -> None:
    first, other = cluster.start("gateway", 2)
    cluster.start("worker")
    async with Clients([other.url]) as clients:
        accepted = await clients.ask("slow a", thread_id="a", url=first.url, prefer="respond-async")
        waiting = asyncio.create_task(clients.ask("slow b", thread_id="b", url=first.url))
        await until(lambda: len(list(cluster.runs())) == 2, seconds=10, every=0.05)
        first.kill()

        assert (await waiting).status == 0
        ended = await clients.end_of(accepted, seconds=10)
        assert ended.json()["response"].startswith("answer to slow a")
        turns = await clients.history("b")
        assert await faults_of(clients, list(cluster.runs()), seconds=5) == []
        # Its client was told nothing, and the answer was kept all the same.
        await until(lambda: len(list(cluster.runs())) == 4, seconds=10, every=0.05)
        turns = await clients.history("b")
        assert [turn["role"] for turn in turns] == ["user", "agent"]


async def test_f10_a_gateway_that_is_told_to_stop_lets_everybody_go_with_an_address(
    cluster: Cluster,
) -> None:
    first, other = cluster.start("gateway", 2)
    cluster.start("worker")
    async with Clients([other.url]) as clients:
        asking = [
            asyncio.create_task(clients.ask(f"slow d{n}", thread_id=f"d{n}", url=first.url))
            for n in range(5)
        ]
        await until(lambda: len(list(cluster.runs())) == 5, seconds=10, every=0.05)
        first.terminate()
        told = await asyncio.gather(*asking)
        await asyncio.to_thread(first.process.wait, 20)

        assert first.process.returncode == 0
        assert {asked.status for asked in told} == {OPEN}
        assert max(asked.seconds for asked in told) < 2
        assert await faults_of(clients, list(cluster.runs()), seconds=10) == []


@pytest.mark.long_fault
async def test_f11_a_thousand_clients_that_leave_change_nothing_about_their_answers(
    cluster: Cluster,
) -> None:
    number, at_once = 1_000, 50
    [gateway] = cluster.start("gateway")
    cluster.start("worker", WORKER__CONCURRENCY="500")
    async with Clients([gateway.url]) as clients, httpx.AsyncClient() as leaving:
        turn = asyncio.Semaphore(at_once)

        async def ask_and_leave(name: str) -> None:
            async with turn:
                with pytest.raises(httpx.ReadTimeout):
                    await leaving.post(
                        f"{gateway.url}/api/chat",
                        json={"message": f"slow {name}", "thread_id": name},
                        timeout=httpx.Timeout(20, read=0.5),
                    )

        await asyncio.gather(*(ask_and_leave(f"l{each}") for each in range(number)))
        await until(
            lambda: sum(run.what == "end" for run in cluster.runs()) == number,
            seconds=60,
            every=0.05,
        )

        assert (await clients.ask("answer m-0", thread_id="m")).status == ANSWERED
        for each in range(number):
            turns = await clients.history(f"l{each}")
            assert [turn["role"] for turn in turns] == ["user", "agent"]
            assert turns[1]["content"] == f"answer to slow l{each}, of {USER}"
        starts = [run.text for run in cluster.runs() if run.what == "start"]
        assert len(starts) == len(set(starts)) == number + 1
