"""Workers are killed, frozen and stopped; nothing accepted is lost, and nothing is done twice."""

import asyncio

import pytest

from tests.integration.faults.cluster import SESSION_SECONDS, Cluster
from tests.integration.faults.load import ANSWERED, Clients
from tests.integration.faults.oracle import faults_of
from tests.waiting import until

pytestmark = pytest.mark.timeout(180)

TAKE_OVER = SESSION_SECONDS + 12.0


async def started(cluster: Cluster, number: int) -> None:
    """Return when so many runs of an agent have begun."""
    await until(
        lambda: sum(run.what == "start" for run in cluster.runs()) >= number,
        seconds=20,
        every=0.05,
    )


async def test_questions_of_many_threads_are_answered_once_each_and_in_order(
    cluster: Cluster,
) -> None:
    gateways = cluster.start("gateway", 2)
    cluster.start("worker", 2)
    async with Clients([each.url for each in gateways]) as clients:
        async with clients.asking(10):
            await asyncio.sleep(2)

        assert {asked.status for asked in clients.asked} == {ANSWERED}
        assert await faults_of(clients, list(cluster.runs()), seconds=5) == []


async def test_f1_a_worker_killed_in_the_middle_of_answers(cluster: Cluster) -> None:
    """Others repeat them, once the group has noticed and the claims have run out."""
    [gateway] = cluster.start("gateway")
    [first] = cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        async with clients.asking(6, "slow"):
            await started(cluster, 6)
            first.kill()
            cluster.start("worker")

        runs = list(cluster.runs())
        faults = await faults_of(clients, runs, seconds=TAKE_OVER, most_executions=2)
        assert faults == []


@pytest.mark.parametrize(("mode", "status"), [("answer", ANSWERED), ("fail", 502)])
async def test_f2_f3_a_worker_killed_between_its_reply_and_its_commit(
    cluster: Cluster, mode: str, status: int
) -> None:
    """Whoever takes the record again finds it settled: no agent runs."""
    [gateway] = cluster.start("gateway", HTTP__WAIT_SECONDS="20")
    [first] = cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        asked = await clients.ask(f"{mode} t-0", thread_id="t")
        first.kill()
        runs = len(list(cluster.runs()))
        assert asked.status == status
        cluster.start("worker")
        behind = await clients.ask("answer t-1", thread_id="t")

        ended = await clients.end_of(behind, seconds=TAKE_OVER)
        assert ended.status_code == ANSWERED
        again = [run for run in list(cluster.runs())[runs:] if run.text == asked.text]
        assert again == []
        most = 3 if mode == "fail" else 1
        faults = await faults_of(clients, list(cluster.runs()), seconds=5, most_executions=most)
        assert faults == []


@pytest.mark.long_fault
async def test_f4_a_frozen_worker_that_comes_back_changes_nothing(cluster: Cluster) -> None:
    """By then another has taken over; what the first one says is fenced off."""
    [gateway] = cluster.start("gateway")
    [zombie] = cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        asking = [
            asyncio.create_task(clients.ask(f"slow z{n}", thread_id=f"z{n}")) for n in range(4)
        ]
        await started(cluster, 4)
        zombie.freeze()
        cluster.start("worker")
        await asyncio.gather(*asking)
        ended = [await clients.end_of(asked, seconds=TAKE_OVER) for asked in clients.asked]
        zombie.thaw()
        await asyncio.sleep(3)

        assert {response.status_code for response in ended} == {ANSWERED}
        later = [(await clients.read(asked.correlation_id)).json() for asked in clients.asked]
        assert later == [response.json() for response in ended]
        faults = await faults_of(clients, list(cluster.runs()), seconds=5, most_executions=2)
        assert faults == []


@pytest.mark.long_fault
async def test_f5_a_worker_that_is_told_to_stop_finishes_and_hands_over(cluster: Cluster) -> None:
    """Nobody notices, and nothing is done twice."""
    [gateway] = cluster.start("gateway")
    first, _ = cluster.start("worker", 2)
    async with Clients([gateway.url]) as clients:
        async with clients.asking(10):
            await asyncio.sleep(1)
            first.terminate()
            await asyncio.to_thread(first.process.wait, 20)
            await asyncio.sleep(1)

        assert first.process.returncode == 0
        assert {asked.status for asked in clients.asked} == {ANSWERED}
        assert max(asked.seconds for asked in clients.asked) < 5
        assert await faults_of(clients, list(cluster.runs()), seconds=5) == []


@pytest.mark.long_fault
async def test_f6_workers_that_come_and_go_all_the_time(cluster: Cluster) -> None:
    [gateway] = cluster.start("gateway")
    cluster.start("worker")
    async with Clients([gateway.url]) as clients:
        async with clients.asking(10):
            for _ in range(4):
                [other] = cluster.start("worker")
                await asyncio.sleep(1)
                other.terminate()
                await asyncio.to_thread(other.process.wait, 20)

        assert await faults_of(clients, list(cluster.runs()), seconds=TAKE_OVER) == []


@pytest.mark.long_fault
async def test_f8_a_thread_whose_agent_hangs_or_fails_disturbs_no_other(cluster: Cluster) -> None:
    [gateway] = cluster.start("gateway", AGENT__DEADLINE_SECONDS="4", HTTP__WAIT_SECONDS="10")
    cluster.start("worker", WORKER__CONCURRENCY="4")
    async with Clients([gateway.url]) as clients:
        bad = [
            asyncio.create_task(clients.ask(f"{mode} {mode}-0", thread_id=mode))
            for mode in ("hang", "fail")
        ]
        await started(cluster, 2)
        async with clients.asking(5):
            await asyncio.sleep(1)
        hung, failed = [await task for task in bad]

        assert (hung.status, hung.body["type"]) == (504, "/problems/expired")
        assert (failed.status, failed.body["type"]) == (502, "/problems/agent-failed")
        quiet = [asked for asked in clients.asked if asked not in (hung, failed)]
        assert {asked.status for asked in quiet} == {ANSWERED}
        faults = await faults_of(clients, list(cluster.runs()), seconds=5, most_executions=3)
        assert faults == []


@pytest.mark.long_fault
@pytest.mark.parametrize("shift", [3600, -3600])
async def test_f31_a_worker_whose_clock_is_an_hour_off_answers_all_the_same(
    cluster: Cluster, shift: float
) -> None:
    """Deadlines and leases go by the server's time: nothing expires, and nothing is taken over."""
    [gateway] = cluster.start("gateway", AGENT__DEADLINE_SECONDS="60")
    cluster.start("worker", clock_shift=shift)
    async with Clients([gateway.url]) as clients:
        async with clients.asking(5):
            await asyncio.sleep(2)

        assert {asked.status for asked in clients.asked} == {ANSWERED}
        assert await faults_of(clients, list(cluster.runs()), seconds=5) == []
