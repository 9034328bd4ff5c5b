"""`cse-chat gateway` and `worker` as an operator starts and ends them, over real servers."""

import json
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from redis import Redis

from brokers.ports import free_port
from tests.integration.processes import RunningProcess, has_logged, run, wait_until
from tests.integration.roles.conftest import Servers


def is_ready(url: str) -> bool:
    return httpx.get(f"{url}/health/ready").status_code == 200


def open_threads(servers: Servers) -> int:
    """Return how many have a question that any gateway knows and nobody has answered."""
    with Redis.from_url(servers.redis.url) as redis:
        return sum(1 for _ in redis.scan_iter("chat:*:open"))


@pytest.mark.parametrize("role", ["gateway", "worker"])
@pytest.mark.parametrize("part", ["REQUESTS", "REPLIES"])
def test_memory_is_refused_because_no_other_process_sees_it(
    role: str, part: str, tmp_path: Path
) -> None:
    ended = run(tmp_path, role, **{f"{part}__TRANSPORT": "memory"})

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"cse-chat: CSE_CHAT__{part}__TRANSPORT is memory, which no other")
    assert line.endswith("run`")


@pytest.mark.parametrize("role", ["gateway", "worker"])
def test_a_busy_port_is_one_line_that_says_what_to_do(role: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        ended = run(tmp_path, role, "--port", str(port))

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"cse-chat: port {port} on 127.0.0.1 is taken: stop what listens")


@pytest.mark.parametrize(
    ("role", "says"), [("gateway", "Take questions for workers"), ("worker", "Port for health")]
)
def test_help_teaches_what_the_role_is_for(role: str, says: str, tmp_path: Path) -> None:
    told = run(tmp_path, role, "--help")

    assert told.returncode == 0
    assert says in told.stdout
    assert "--port" in told.stdout


def test_a_worker_tells_how_it_is_and_drains_on_sigterm(
    start: Callable[..., RunningProcess], servers: Servers, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    worker = start(role="worker", port=port, **servers.settings)
    assert worker.first_line.startswith("cse-chat works (ready in ")

    wait_until(lambda: is_ready(url))
    well = run(tmp_path, "health", "--url", url, "--json")
    assert well.returncode == 0
    assert json.loads(well.stdout)["probe"] == "ready"
    dependencies = httpx.get(f"{url}/health/ready").json()["dependencies"]
    assert dependencies == {"redis": "up", "kafka": "up", "requests": "up"}
    assert httpx.post(f"{url}/api/chat", json={"message": "hi"}).status_code == 404

    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(20) == 0
    gone = run(tmp_path, "health", "--url", url)
    assert gone.returncode == 4


def test_a_worker_without_a_port_listens_nowhere(
    start: Callable[..., RunningProcess], servers: Servers
) -> None:
    worker = start(role="worker", port=0, **servers.settings)

    wait_until(lambda: has_logged(worker, "service_started"))
    (started,) = [line for line in worker.log() if line["event"] == "service_started"]
    assert started["address"] is None
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(20) == 0
    assert worker.process.stdout
    assert worker.process.stdout.read() == ""


def test_a_second_signal_ends_a_worker_at_once(
    start: Callable[..., RunningProcess], servers: Servers, tmp_path: Path
) -> None:
    settings = servers.settings
    worker = start(role="worker", AGENT__ECHO_SECONDS="50", **settings)
    (tmp_path / "gateway").mkdir()
    with RunningProcess(tmp_path / "gateway", role="gateway", port=0, **settings) as gateway:
        asked = gateway.ask("slow", Prefer="respond-async")
        assert asked.status_code == 202
        status = f"{gateway.url}{asked.headers['Location']}"
        wait_until(lambda: httpx.get(status).json().get("status") == "running")
        worker.process.send_signal(signal.SIGTERM)
        wait_until(lambda: has_logged(worker, "drain_started"))
        worker.process.send_signal(signal.SIGTERM)

        assert worker.process.wait(3) == 128 + signal.SIGTERM


def test_a_gateway_that_drains_lets_go_who_waits_and_ends(
    start: Callable[..., RunningProcess], servers: Servers
) -> None:
    """No worker runs that would answer: whoever waits is told where the answer will be."""
    gateway = start(role="gateway", **servers.settings)
    wait_until(lambda: is_ready(gateway.url))
    before = open_threads(servers)
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(gateway.ask, "wait for it")
        wait_until(lambda: open_threads(servers) > before)
        gateway.process.send_signal(signal.SIGTERM)
        told = asked.result(10)

    assert told.status_code == 202
    assert told.headers["Location"].endswith(told.json()["correlation_id"])
    assert gateway.process.wait(20) == 0
