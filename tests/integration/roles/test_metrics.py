"""What gateways and workers export over real servers: lag, rebalances, errors, and nobody's text."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from redis import Redis

from brokers.ports import free_port
from cse_chat.adapters.redis import names
from cse_chat.entrypoints.cli.vital_signs import Balance
from cse_chat.entrypoints.metrics.families.catalogue import FAMILIES
from cse_chat.entrypoints.metrics.family import Where
from cse_chat.entrypoints.metrics.reading import Scrape
from tests.builders import a_thread_id
from tests.integration.processes import RunningProcess, wait_until
from tests.integration.roles.conftest import Servers

CANARY = "canary-of-a-user"
PARTITIONS = 12


def scraped(url: str) -> Scrape:
    return Scrape.of(httpx.get(f"{url}/metrics").text, at=0)


def partitions(url: str) -> set[str]:
    """Return those of which the process tells the lag."""
    scrape = scraped(url)
    assert scrape.by("kafka_consumer_lag", "partition").keys() == (
        scrape.by("kafka_consumer_unfinished", "partition").keys()
    )
    return set(scrape.by("kafka_consumer_lag", "partition"))


@contextmanager
def a_worker(folder: Path, servers: Servers, **settings: str) -> Iterator[RunningProcess]:
    worker = RunningProcess(folder, role="worker", port=free_port(), **servers.settings, **settings)
    with worker:
        yield worker


def families_of(*wheres: Where) -> set[str]:
    return {family.name for family in FAMILIES if family.where in wheres}


def test_a_gateway_and_a_worker_tell_what_they_have_and_nothing_of_a_user(
    start: Callable[..., RunningProcess], servers: Servers, tmp_path: Path
) -> None:
    gateway = start(role="gateway", **servers.settings)
    with a_worker(tmp_path / "worker", servers) as worker:
        answered = httpx.post(
            f"{gateway.url}/api/chat?{CANARY}",
            json={"message": CANARY, "thread_id": CANARY, "metadata": {CANARY: CANARY}},
            timeout=30,
        )
        assert answered.status_code == 200
        wait_until(lambda: partitions(worker.url) == set(map(str, range(PARTITIONS))))
        wait_until(lambda: scraped(gateway.url).total("redis_pubsub_latency_seconds_count") > 0)
        texts = [httpx.get(f"{process.url}/metrics").text for process in (gateway, worker)]
        asked, worked = (Scrape.of(text, at=0) for text in texts)

    for text in texts:
        assert CANARY not in text
        assert answered.json()["correlation_id"] not in text
    everywhere = families_of(Where.EVERYWHERE, Where.KAFKA, Where.REDIS)
    of_gateway = families_of(Where.GATEWAY, Where.REDIS_GATEWAY)
    of_worker = families_of(Where.WORKER, Where.KAFKA_WORKER)
    for text, has, has_not in (
        (texts[0], everywhere | of_gateway, of_worker),
        (texts[1], everywhere | of_worker, of_gateway),
    ):
        told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}
        assert has <= told
        assert told.isdisjoint(has_not)
    assert Balance.of_asking(asked) == Balance(came=1, ended=1, here=0)
    assert Balance.of_answering(worked).holds
    assert worked.by("chat_deliveries_total", "outcome")["answered"] >= 1
    assert worked.total("reply_bus_publish_total") >= 1
    assert worked.total("kafka_producer_send_seconds_count") >= 1
    assert asked.by("redis_pubsub_channels", "of") == {"replies": 3, "events": 2}


def test_what_is_behind_is_told_by_who_has_the_partition_and_by_nobody_else(
    start: Callable[..., RunningProcess], servers: Servers, tmp_path: Path
) -> None:
    """A worker is killed: the other gets its partitions, and what it left undone with them."""
    gateway = start(role="gateway", **servers.settings)
    slow = {"AGENT__ECHO_SECONDS": "50"}
    with a_worker(tmp_path / "one", servers, **slow) as one:
        wait_until(lambda: len(partitions(one.url)) == PARTITIONS)
        with a_worker(tmp_path / "two", servers, **slow) as two:
            wait_until(lambda: len(partitions(two.url)) == PARTITIONS // 2)
            wait_until(lambda: len(partitions(one.url)) == PARTITIONS // 2)
            assert partitions(one.url).isdisjoint(partitions(two.url))
            rebalances = scraped(one.url).total("kafka_rebalances_total")
            assert rebalances >= 2
            for _ in range(40):
                assert gateway.ask("slow", Prefer="respond-async").status_code == 202
            wait_until(lambda: _behind(one) + _behind(two) >= 40)
            left, before = _behind(two), _behind(one)
            assert left > 0

            two.kill()

            # Until the group knows, nobody tells of them; then they are the other's.
            wait_until(lambda: len(partitions(one.url)) == PARTITIONS)
            wait_until(lambda: _behind(one) >= before + left)
            assert scraped(one.url).total("kafka_rebalances_total") > rebalances
            assert Balance.of_answering(scraped(one.url)).holds


def _behind(worker: RunningProcess) -> float:
    return scraped(worker.url).total("kafka_consumer_unfinished")


def test_what_is_heard_of_events_is_told_beside_the_replies(
    start: Callable[..., RunningProcess], servers: Servers
) -> None:
    """Somebody follows a thread, rubbish comes on its channel, and the server cuts all who hear."""
    gateway = start(role="gateway", **servers.settings)
    thread = a_thread_id()
    asked = httpx.post(
        f"{gateway.url}/api/chat",
        json={"message": "hi", "thread_id": thread},
        headers={"Prefer": "respond-async"},
    )
    assert asked.status_code == 202

    with (
        Redis.from_url(servers.redis.url) as redis,
        httpx.stream("GET", f"{gateway.url}/api/threads/{thread}/events"),
    ):
        wait_until(lambda: _heard(gateway, "channels")["events"] == 3)
        redis.publish(names.stream(thread), b"rubbish")
        wait_until(lambda: scraped(gateway.url).total("event_log_dropped_total") == 1)
        before = _heard(gateway, "reconnects_total")
        redis.client_kill_filter(_type="pubsub")
        wait_until(lambda: _heard(gateway, "reconnects_total") == {"replies": 1, "events": 1})

    assert before == {"replies": 0, "events": 0}


def _heard(gateway: RunningProcess, what: str) -> dict[str, float]:
    return scraped(gateway.url).by(f"redis_pubsub_{what}", "of")


def test_while_kafka_and_redis_are_away_it_is_told_all_the_same(
    start: Callable[..., RunningProcess], nowhere: str
) -> None:
    gateway = start(
        role="gateway", KAFKA__BOOTSTRAP_SERVERS=nowhere, REDIS__URL=f"redis://{nowhere}/0"
    )
    assert gateway.ask("hi").status_code == 503

    scrape = scraped(gateway.url)

    assert scrape.total("chat_ready") == 0
    assert scrape.by("chat_dependency_up", "dependency") == {"kafka": 0, "redis": 0, "replies": 0}
    assert scrape.by("chat_requests_total", "outcome")["not-accepted"] == 1
    assert scrape.by("kafka_producer_errors_total", "reason")["unsent"] == 1
    assert scrape.by("redis_pubsub_channels", "of") == {"replies": 0, "events": 0}
    assert Balance.of_asking(scrape) == Balance(came=0, ended=0, here=0)
