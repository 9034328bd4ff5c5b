"""What `cse-chat doctor` says of Kafka and Redis, well and not, needed and not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from brokers.redis import RedisServer
from cse_chat.entrypoints.cli.findings import State
from cse_chat.entrypoints.cli.servers import kafka_findings, redis_findings
from cse_chat.entrypoints.settings import Settings
from tests.integration.processes import RunningProcess, run, wait_until
from tests.integration.roles.conftest import Servers

SECRET = "canary-5d1e"  # noqa: S105 -- of a server that ends with the test


def settings(**said: str) -> Settings:
    return Settings.from_env({f"CSE_CHAT__{name}": value for name, value in said.items()})


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as server:
        yield server


@pytest.mark.parametrize("needed", [True, False])
def test_servers_that_are_well_are_one_line_each(servers: Servers, *, needed: bool) -> None:
    where = settings(**servers.settings)

    (kafka,) = kafka_findings(where, needed=needed)
    (redis,) = redis_findings(where, needed=needed)

    assert (kafka.state, redis.state) == (State.OK, State.OK)
    assert kafka.says == f"{servers.kafka.address} has all 4 topics"
    assert redis.says.endswith(f"at {servers.redis.url} can be used")


def test_servers_that_are_away_fail_where_they_are_needed(nowhere: str) -> None:
    where = settings(KAFKA__BOOTSTRAP_SERVERS=nowhere, REDIS__URL=f"redis://{nowhere}/0")

    (kafka,) = kafka_findings(where, needed=True)
    (redis,) = redis_findings(where, needed=True)

    assert (kafka.state, redis.state) == (State.FAIL, State.FAIL)
    assert kafka.says == f"{nowhere}: connection-refused"
    assert "CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS" in kafka.remedy
    assert redis.says == f"redis://{nowhere}/0: connection-refused"
    assert "CSE_CHAT__REDIS__URL" in redis.remedy


def test_servers_that_are_away_are_well_where_nobody_needs_them(nowhere: str) -> None:
    where = settings(KAFKA__BOOTSTRAP_SERVERS=nowhere, REDIS__URL=f"redis://{nowhere}/0")

    for find in (kafka_findings, redis_findings):
        (found,) = find(where, needed=False)
        assert (found.state, found.remedy) == (State.OK, "")
        assert found.says.endswith("`run` needs none")


@pytest.mark.parametrize("needed", [True, False])
def test_a_topic_that_differs_is_a_warning_that_says_how(servers: Servers, *, needed: bool) -> None:
    where = settings(KAFKA__PARTITIONS="3", **servers.settings)

    found = list(kafka_findings(where, needed=needed))

    assert [each.state for each in found] == [State.WARN] * 4
    assert found[0].says == "chat.requests: 12 partitions, not 3"


@pytest.mark.parametrize(("needed", "state"), [(True, State.FAIL), (False, State.WARN)])
def test_a_policy_that_evicts_answers_fails_where_redis_is_needed(
    own_redis: RedisServer, state: State, *, needed: bool
) -> None:
    with Redis.from_url(own_redis.url) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")

    (found,) = redis_findings(settings(REDIS__URL=own_redis.url), needed=needed)

    assert found.state is state
    assert found.says.endswith("wrong-eviction-policy")
    assert "noeviction" in found.remedy


def test_a_server_that_forgets_is_a_warning_beside_that_it_can_be_used(
    own_redis: RedisServer,
) -> None:
    with Redis.from_url(own_redis.url) as redis:
        redis.config_set("appendonly", "no")

    warning, fine = redis_findings(settings(REDIS__URL=own_redis.url), needed=True)

    assert (warning.state, fine.state) == (State.WARN, State.OK)
    assert warning.says.endswith("no-append-only-file")


def test_nothing_stands_between_the_findings_when_servers_are_away(
    nowhere: str, tmp_path: Path
) -> None:
    """What the clients log of it would make the document unreadable."""
    ended = run(
        tmp_path,
        "doctor",
        "--json",
        KAFKA__BOOTSTRAP_SERVERS=nowhere,
        REDIS__URL=f"redis://{nowhere}/0",
    )

    findings = json.loads(ended.stdout)["findings"]
    assert {each["subject"] for each in findings if each["state"] == "fail"} == {"kafka", "redis"}
    (line,) = ended.stderr.splitlines()
    assert line.startswith("cse-chat: 2 checks fail")


def test_a_service_that_runs_without_its_servers_is_told_with_what_is_wrong(
    start: Callable[..., RunningProcess], nowhere: str, tmp_path: Path
) -> None:
    servers = {"KAFKA__BOOTSTRAP_SERVERS": nowhere, "REDIS__URL": f"redis://{nowhere}/0"}
    gateway = start(role="gateway", **servers)
    wait_until(lambda: len(httpx.get(f"{gateway.url}/health/ready").json()["problems"]) == 2)

    port = gateway.url.rpartition(":")[2]
    ended = run(tmp_path, "doctor", "--json", HTTP__PORT=port, **servers)
    health = run(tmp_path, "health", "--url", gateway.url)

    findings = json.loads(ended.stdout)["findings"]
    (service,) = [each for each in findings if each["subject"] == "service"]
    assert service["state"] == "warn"
    for told in (service["says"], health.stderr):
        assert "degraded" in told
        assert "redis: connection-refused" in told
        assert "kafka: connection-refused" in told
    assert service["remedy"] == "mend what it says, and it goes on by itself"
    assert health.returncode != 0


def test_a_wrong_password_is_told_and_not_shown(own_redis: RedisServer, tmp_path: Path) -> None:
    with Redis.from_url(own_redis.url) as redis:
        redis.config_set("requirepass", "another")
    url = own_redis.url.replace("redis://", f"redis://:{SECRET}@")

    ended = run(tmp_path, "doctor", REDIS__URL=url)

    assert ended.returncode == 2
    assert "access-denied" in ended.stdout
    assert SECRET not in ended.stdout + ended.stderr


@pytest.mark.parametrize("command", [("config", "show"), ("config", "show", "--json")])
def test_the_password_of_redis_is_masked_among_the_settings(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    shown = run(tmp_path, *command, REDIS__URL=f"redis://user:{SECRET}@host:1/0")

    assert shown.returncode == 0
    assert "redis://********@host:1/0" in shown.stdout
    assert SECRET not in shown.stdout


@pytest.mark.parametrize("command", [("config", "check"), ("gateway",), ("worker",), ("doctor",)])
@pytest.mark.parametrize("url", ["http://:{}@host", "redis://:{}@host:port/0", "redis://:{}@/x/"])
def test_an_address_that_cannot_be_used_is_refused_without_its_password(
    tmp_path: Path, command: tuple[str, ...], url: str
) -> None:
    refused = run(tmp_path, *command, REDIS__URL=url.format(SECRET))

    assert refused.returncode == 2
    assert "CSE_CHAT__REDIS__URL" in refused.stdout + refused.stderr
    assert SECRET not in refused.stdout + refused.stderr
