"""Everything that can go wrong goes wrong, in an order that the seed chooses."""

import asyncio
import json
import os
from dataclasses import asdict

import pytest

from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import ANSWERED, Clients
from tests.integration.faults.oracle import faults_of
from tests.integration.faults.storms import ROUNDS, Kind, Storm, faults_by
from tests.integration.faults.test_servers import answered_again
from tests.integration.faults.test_workers import TAKE_OVER

SEED = int(os.environ.get("CSE_CHAT_TEST_SEED") or "1")
ATTEMPTS = 3


def test_a_seed_always_gives_the_same_faults_and_each_kind_in_every_round() -> None:
    faults = list(faults_by(7))

    assert faults == list(faults_by(7))
    assert faults != list(faults_by(8))
    assert dict.fromkeys(Kind, ROUNDS) == {
        kind: sum(fault.kind is kind for fault in faults) for kind in Kind
    }


@pytest.mark.long_fault
@pytest.mark.timeout(300)
async def test_a_storm_of_faults_breaks_no_promise(
    own_cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = list(faults_by(SEED))
    with capsys.disabled():
        print(f"\n{json.dumps({'seed': SEED})}")  # noqa: T201 -- so that it can be repeated
        for fault in faults:
            print(json.dumps(asdict(fault)))  # noqa: T201
    async with Clients([]) as clients:
        storm = Storm(own_cluster, clients)
        async with clients.asking(8, pause=0.2), clients.asking(4, "slow"), storm.healing():
            for fault in faults:
                await asyncio.sleep(fault.after)
                await storm.strike(fault)
        await answered_again(clients, seconds=TAKE_OVER)

        assert await storm.exit_codes_of_stopped() == [0] * ROUNDS
        assert sum(asked.status == ANSWERED for asked in clients.asked) > len(clients.asked) / 2
        # Each killed or frozen worker costs what it ran an execution; beyond so many attempts
        # a question has failed. Redis keeps what it was told, so that none is forgotten.
        broken = await faults_of(
            clients, list(own_cluster.runs()), seconds=TAKE_OVER, most_executions=ATTEMPTS
        )
        assert broken == []
