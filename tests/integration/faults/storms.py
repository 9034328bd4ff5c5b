"""Faults by chance, one after the other; the seed says which, whom they hit, and when."""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from redis import Redis

from tests.integration.faults.cluster import Cluster
from tests.integration.faults.load import Clients
from tests.integration.processes import RunningProcess

ROUNDS: Final = 2
WORKER_FROZEN_SECONDS: Final = 10.0
KAFKA_FROZEN_SECONDS: Final = 2.0
_DRAINED_BY: Final = 30.0


class Kind(StrEnum):
    """What goes wrong."""

    KILL_WORKER = "kill-worker"
    KILL_GATEWAY = "kill-gateway"
    STOP_WORKER = "stop-worker"
    FREEZE_WORKER = "freeze-worker"
    FREEZE_KAFKA = "freeze-kafka"
    RESTART_REDIS = "restart-redis"
    CUT_SUBSCRIPTIONS = "cut-subscriptions"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        after: Seconds since the last one was done.
        victim: Which of those that serve then, counted round; of no meaning for a server.
    """

    after: float
    kind: Kind
    victim: int


def faults_by(seed: int) -> Iterator[Fault]:
    """Yield what goes wrong, each kind once a round; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 -- it has to be repeatable
    for _ in range(ROUNDS):
        for kind in chance.sample(list(Kind), k=len(Kind)):
            yield Fault(round(chance.uniform(1, 4), 1), kind, chance.randrange(6))


class Storm:
    """Gateways and workers that are hit, and replaced by others.

    Attributes:
        stopped: Workers that were told to stop, and had to end by themselves.
    """

    def __init__(self, cluster: Cluster, clients: Clients) -> None:
        self._cluster = cluster
        self._clients = clients
        self._gateways = cluster.start("gateway", 2)
        self._workers = cluster.start("worker", 3)
        self._clients.urls[:] = [gateway.url for gateway in self._gateways]
        self.stopped: list[RunningProcess] = []

    @asynccontextmanager
    async def healing(self) -> AsyncGenerator[None]:
        """Let things go wrong inside; at the end all that is frozen has been thawed."""
        async with asyncio.TaskGroup() as self._frozen:
            yield

    async def strike(self, fault: Fault) -> None:
        """Return when it has happened, and what is to replace the victim serves."""
        match fault.kind:
            case Kind.KILL_WORKER:
                self._workers.pop(fault.victim % len(self._workers)).kill()
                await self._start_worker()
            case Kind.KILL_GATEWAY:
                await self._kill_gateway(fault.victim)
            case Kind.STOP_WORKER:
                stopped = self._workers.pop(fault.victim % len(self._workers))
                stopped.terminate()
                self.stopped.append(stopped)
                await self._start_worker()
            case Kind.FREEZE_WORKER:
                worker = self._workers.pop(fault.victim % len(self._workers))
                worker.freeze()
                self._frozen.create_task(self._thaw(worker))
            case Kind.FREEZE_KAFKA:
                self._cluster.kafka.freeze()
                await asyncio.sleep(KAFKA_FROZEN_SECONDS)
                self._cluster.kafka.thaw()
            case Kind.RESTART_REDIS:
                await asyncio.to_thread(self._cluster.redis.restart)
            case Kind.CUT_SUBSCRIPTIONS:
                with Redis.from_url(self._cluster.redis.url) as redis:
                    redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")

    async def exit_codes_of_stopped(self) -> list[int]:
        """Return how those ended that were told to stop."""
        return [
            await asyncio.to_thread(worker.process.wait, _DRAINED_BY) for worker in self.stopped
        ]

    async def _start_worker(self) -> None:
        self._workers += await asyncio.to_thread(self._cluster.start, "worker")

    async def _kill_gateway(self, number: int) -> None:
        gateway = self._gateways.pop(number % len(self._gateways))
        self._clients.urls.remove(gateway.url)  # first: nobody is sent to one that is gone
        gateway.kill()
        [other] = await asyncio.to_thread(self._cluster.start, "gateway")
        self._gateways.append(other)
        self._clients.urls.append(other.url)

    async def _thaw(self, worker: RunningProcess) -> None:
        await asyncio.sleep(WORKER_FROZEN_SECONDS)
        worker.thaw()
        self._workers.append(worker)
