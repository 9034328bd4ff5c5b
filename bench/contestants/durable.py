"""Contestants over Kafka and Redis, each started on topics, groups and channels of its own."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final
from uuid import uuid4

from bench.cluster import GATEWAY, KAFKA, OURS, REDIS, WORKER, Cluster
from bench.contestants import embedded
from bench.servers import Server
from bench.services import running

ORIGINAL: Final = "original"
FLOOR: Final = "floor"
ROOF: Final = "roof"
FASTSTREAM: Final = "faststream"
CELERY: Final = "celery"
ALL: Final = (ROOF, FLOOR, ORIGINAL, OURS, FASTSTREAM, CELERY)
# What goes wrong with these is a figure of theirs; with the others it makes the run worthless.
MAY_FAIL: Final = frozenset({ORIGINAL, FASTSTREAM, CELERY})

Starting = Mapping[str, Callable[[], AbstractContextManager[Server]]]

_PARTITIONS: Final = 12  # like ours
_DESIGN_PARTITIONS: Final = 3


@contextmanager
def started(
    cluster: Cluster,
    name: str,
    *,
    partitions: int = 0,
    roles: Sequence[str] = (KAFKA, REDIS),
) -> Iterator[Server]:
    """Start a gateway and a worker of ``bench.contestants.<name>``.

    Args:
        cluster: Where.
        name: Of the module, and for the report.
        partitions: Of its topics; 0 for none.
        roles: See `Cluster.server`.
    """
    arguments = _arguments(cluster, name, partitions)
    services = [
        cluster.service(
            role, sys.executable, "-m", f"bench.contestants.{name}", role, *arguments, of=name
        )
        for role in (WORKER, GATEWAY)
    ]
    with running(services):
        yield cluster.server(name, services, roles=roles)


@contextmanager
def started_floor(cluster: Cluster) -> Iterator[Server]:
    """Start the floor's worker; its gateway is the generator."""
    module = "bench.contestants.floor"
    arguments = _arguments(cluster, FLOOR, _PARTITIONS)
    worker = cluster.service(WORKER, sys.executable, "-m", module, WORKER, *arguments, of=FLOOR)
    with running([worker]):
        yield cluster.server(FLOOR, [worker], generator=(module, "generator", *arguments))


def _arguments(cluster: Cluster, name: str, partitions: int) -> tuple[str, str, str]:
    place = f"{name}-{uuid4().hex[:8]}"
    if partitions:
        cluster.create_topics(f"{place}.requests", f"{place}.responses", partitions=partitions)
    return cluster.kafka.address, cluster.redis.url, place


def contestants(cluster: Cluster, answer: bytes) -> Starting:
    """Return what starts each, in the order in which they take their turns.

    Args:
        cluster: Where.
        answer: What the roof answers with: one of ours.
    """
    return {
        ROOF: lambda: embedded.bare(answer, name=ROOF, role=GATEWAY),
        FLOOR: lambda: started_floor(cluster),
        ORIGINAL: lambda: started(cluster, ORIGINAL, partitions=_DESIGN_PARTITIONS),
        OURS: cluster.ours,  # next to the baseline, which it is compared with
        FASTSTREAM: lambda: started(cluster, FASTSTREAM, partitions=_PARTITIONS, roles=(KAFKA,)),
        CELERY: lambda: started(cluster, CELERY, roles=(REDIS,)),
    }
