"""`cse-chat run` as a user starts it: a process, its output, its signals, its exit code."""

import json
import re
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.integration.processes import COMMAND, RunningProcess, has_logged, run, wait_until

CANARY = "canary-71c4"


def is_working(service: RunningProcess) -> bool:
    details = httpx.get(f"{service.url}/health/ready").json()
    return bool(details["requests"]["unfinished"])


def test_it_says_where_it_listens_how_quickly_and_how_to_ask(
    start: Callable[..., RunningProcess], tmp_path: Path
) -> None:
    service = start()

    assert re.fullmatch(
        r"cse-chat listens at http://127\.0\.0\.1:\d+ \(ready in \d+\.\d s; Ctrl\+C stops it\)\n",
        service.first_line,
    )
    answer = service.ask("hello").json()
    assert answer["response"] == "Processed your query: 'hello'"
    asked = run(tmp_path, "ask", "hello", "--url", service.url)
    assert asked.stdout.startswith("Processed your query: 'hello'\n")
    assert asked.returncode == 0


def test_the_log_is_json_with_one_line_a_request_and_no_message_text(
    start: Callable[..., RunningProcess],
) -> None:
    service = start()
    thread = f"/api/threads/{CANARY}/messages"

    service.ask(CANARY)
    httpx.post(f"{service.url}/api/chat?q={CANARY}", json={"message": 1, CANARY: CANARY})
    httpx.post(f"{service.url}/api/chat", content=b"\xff", headers={"Authorization": CANARY})
    httpx.get(f"{service.url}{thread}")
    httpx.get(f"{service.url}/{CANARY}")
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(20) == 0

    log = service.log()
    assert [line["status"] for line in log if line["event"] == "http_request"] == [
        200,
        400,
        415,
        404,
        404,
    ]
    assert all({"event", "level", "timestamp"} <= set(line) for line in log)
    assert CANARY not in json.dumps(log)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_running_question_is_answered_before_the_process_ends(
    start: Callable[..., RunningProcess], stop: signal.Signals
) -> None:
    service = start(AGENT__ECHO_SECONDS="5")  # long enough to look at a service that drains
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(service.ask, "slow")
        wait_until(lambda: is_working(service))
        service.process.send_signal(stop)
        wait_until(lambda: has_logged(service, "drain_started"))
        ready = httpx.get(f"{service.url}/health/ready")
        late = service.ask("late")
        answer = asked.result()

    assert (answer.status_code, answer.json()["response"]) == (200, "Processed your query: 'slow'")
    assert ready.status_code == 503
    assert (late.status_code, late.json()["type"]) == (503, "/problems/not-accepted")
    assert service.process.wait(10) == 0
    assert not has_logged(service, "drain_overdue")


def test_a_question_that_takes_too_long_is_told_that_the_service_shuts_down(
    start: Callable[..., RunningProcess],
) -> None:
    service = start(AGENT__ECHO_SECONDS="50", WORKER__DRAIN_SECONDS="0.5")
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(service.ask, "slow")
        wait_until(lambda: is_working(service))
        service.process.send_signal(signal.SIGTERM)
        answer = asked.result(10)

    assert (answer.status_code, answer.json()["type"]) == (502, "/problems/shutting-down")
    assert service.process.wait(10) == 0


def test_a_second_signal_ends_it_at_once(start: Callable[..., RunningProcess]) -> None:
    service = start(AGENT__ECHO_SECONDS="50")
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(service.ask, "slow")
        wait_until(lambda: is_working(service))
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: has_logged(service, "drain_started"))
        service.process.send_signal(signal.SIGTERM)

        assert service.process.wait(2) == 128 + signal.SIGTERM
        assert isinstance(asked.exception(), httpx.TransportError)


def test_a_busy_port_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        result = run(tmp_path, "run", "--port", str(port))

    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"cse-chat: port {port} on 127.0.0.1 is taken: stop what listens")
    assert result.stdout == ""


def test_unusable_settings_are_told_all_at_once(tmp_path: Path) -> None:
    result = run(tmp_path, "run", HTTP__HOST="0.0.0.0", AGENT__NAME=CANARY, HTTP__X="1")  # noqa: S104 -- refused

    assert result.returncode == 2
    assert [line.split()[0] for line in result.stderr.splitlines()[1:]] == [
        "CSE_CHAT__AGENT__NAME",
        "CSE_CHAT__HTTP__HOST",
        "CSE_CHAT__HTTP__X",
    ]
    assert CANARY not in result.stderr


def test_with_strangers_allowed_it_listens_everywhere_and_warns_of_it(
    start: Callable[..., RunningProcess], tmp_path: Path
) -> None:
    service = start(HTTP__HOST="0.0.0.0", AUTH__ALLOW_ANONYMOUS="true")  # noqa: S104 -- a test's

    assert service.url.startswith("http://127.0.0.1:")
    assert service.ask("hello").status_code == 200
    (warning,) = [line for line in service.log() if line["level"] == "warning"]
    assert (warning["event"], warning["host"]) == ("anonymous_callers_allowed", "0.0.0.0")  # noqa: S104
    port = service.url.rpartition(":")[2]
    assert run(tmp_path, "health", HTTP__HOST="0.0.0.0", HTTP__PORT=port).returncode == 0  # noqa: S104


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--allow-anonymous"),
        ("gateway", "--allow-anonymous"),
        ("worker",),  # nobody asks there
    ],
)
def test_a_role_may_be_told_to_listen_everywhere(words: tuple[str, ...], tmp_path: Path) -> None:
    with socket.create_server(("0.0.0.0", 0)) as other:  # noqa: S104 -- a test's
        port = str(other.getsockname()[1])

        ended = run(tmp_path, *words, "--host", "0.0.0.0", "--port", port)  # noqa: S104

    assert f"port {port} on 0.0.0.0 is taken" in ended.stderr


@pytest.mark.parametrize("role", ["run", "gateway"])
def test_a_role_that_takes_questions_is_not_opened_to_strangers_unasked(
    role: str, tmp_path: Path
) -> None:
    ended = run(tmp_path, role, "--host", "0.0.0.0", "--port", "0")  # noqa: S104 -- refused

    assert ended.returncode == 2
    assert "CSE_CHAT__HTTP__HOST must be a loopback address" in ended.stderr
    assert "say --allow-anonymous" in ended.stderr


def test_data_that_cannot_be_used_are_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = run(tmp_path, "run", "--port", "0", AGENT__NAME="analyst", DATA_DIR="file")

    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("cse-chat: market data: file: ")


def test_without_a_service_asking_says_how_to_start_one(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, but it does not listen
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"

        result = run(tmp_path, "ask", "hello", "--url", url)

    assert result.returncode == 4
    assert result.stderr.splitlines() == [
        f"cse-chat: nothing listens at {url}: start it with `{COMMAND} run`"
    ]
