"""``make brokers`` as a person uses it: it starts both servers, says where, and stops both."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from redis import Redis

from brokers.kafka import KafkaServer
from brokers.ports import connects
from brokers.redis import RedisServer

_ROOT: Final = Path(__file__).parents[2]


def test_it_says_where_both_are_and_stops_them_at_ctrl_c(tmp_path: Path) -> None:
    kafka, redis = KafkaServer(tmp_path).port, RedisServer(tmp_path).port
    with _made(tmp_path, kafka=kafka, redis=redis) as running:
        said = _read_until(running, "CSE_CHAT_TEST_KAFKA")
        server = RedisServer(tmp_path, port=redis)
        assert server.answers()
        assert f"export CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS=127.0.0.1:{kafka}" in said
        assert f"export CSE_CHAT__REDIS__URL=redis://127.0.0.1:{redis}/0" in said
        assert "topics create" in said
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=40)
        assert running.returncode == 0
        assert "Traceback" not in errors
        assert not server.answers()


def test_a_server_that_ends_is_told_and_the_other_is_stopped(tmp_path: Path) -> None:
    kafka, redis = KafkaServer(tmp_path), RedisServer(tmp_path)
    with _made(tmp_path, kafka=kafka.port, redis=redis.port) as running:
        _read_until(running, "CSE_CHAT_TEST_KAFKA")
        with Redis(port=redis.port) as client:
            client.shutdown(nosave=True)
        _, errors = running.communicate(timeout=40)
    assert "make brokers: Redis has ended (status 0); its log is " in errors
    assert running.returncode == 1
    assert not connects(kafka.port)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with (
        RedisServer(tmp_path / "other") as other,
        _made(tmp_path, kafka=KafkaServer(tmp_path).port, redis=other.port) as running,
    ):
        _, errors = running.communicate(timeout=40)
        assert f"make brokers: Redis cannot start: port {other.port} is in use" in errors
        assert running.returncode == 1


def _read_until(running: subprocess.Popen[str], last: str) -> str:
    assert running.stdout
    lines: list[str] = []
    for line in running.stdout:
        lines.append(line)
        if last in line:
            break
    return "".join(lines)


@contextmanager
def _made(folder: Path, *, kafka: int, redis: int) -> Iterator[subprocess.Popen[str]]:
    ports = (f"--kafka-port={kafka}", f"--redis-port={redis}")
    with subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "brokers", *ports, f"--folder={folder / 'made'}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    ) as running:
        try:
            yield running
        finally:
            running.kill()
