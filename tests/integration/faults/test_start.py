"""Processes that are started with servers that are away or unfit say what to change, and go on."""

import time

import pytest
from redis import Redis

from tests.integration.faults.cluster import Cluster

pytestmark = pytest.mark.timeout(120)


def told(text: str, *words: str) -> bool:
    """Say whether a line of the log has all *words*."""
    return any(all(word in line for word in words) for line in text.splitlines())


@pytest.mark.parametrize("role", ["gateway", "worker"])
def test_servers_that_are_not_there_are_told_with_the_setting(cluster: Cluster, role: str) -> None:
    [service] = cluster.start(
        role,
        KAFKA__BOOTSTRAP_SERVERS="127.0.0.1:1",
        REDIS__URL="redis://:canary-password@127.0.0.1:1/0",
    )
    end = time.monotonic() + 20
    while not (
        told(service.stderr(), "kafka_unavailable", "CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS")
        and told(service.stderr(), "redis_unfit", "connection-refused", "CSE_CHAT__REDIS__URL")
    ):
        assert time.monotonic() < end, service.stderr()
        time.sleep(0.1)

    assert service.process.poll() is None
    assert "canary-password" not in service.stderr()


def test_a_wrong_password_and_a_server_that_evicts_are_told(cluster: Cluster) -> None:
    with Redis.from_url(cluster.redis.url) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
        redis.config_set("requirepass", "right")
        url = cluster.redis.url.replace("redis://", "redis://:{}@")
        wrong, unfit = (
            cluster.start("worker", REDIS__URL=url.format(password))[0]
            for password in ("canary-wrong", "right")
        )
        end = time.monotonic() + 20
        while not (
            told(wrong.stderr(), "redis_unfit", "access-denied", "CSE_CHAT__REDIS__URL")
            and told(unfit.stderr(), "redis_unfit", "wrong-eviction-policy", "noeviction")
        ):
            assert time.monotonic() < end, wrong.stderr() + unfit.stderr()
            time.sleep(0.1)

        assert "canary-wrong" not in wrong.stderr()


def test_topics_that_are_missing_are_told_with_the_command_that_makes_them(
    cluster_without_topics: Cluster,
) -> None:
    [service] = cluster_without_topics.start("gateway")
    end = time.monotonic() + 20
    while not told(service.stderr(), "kafka_unavailable", "topics create"):
        assert time.monotonic() < end, service.stderr()
        time.sleep(0.1)

    assert service.process.poll() is None
