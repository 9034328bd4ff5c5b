"""`cse-chat run` as a user starts it: a process, its output, its signals, its exit code."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest

COMMAND = Path(sys.executable).with_name("cse-chat")
CANARY = "canary-71c4"


class RunningProcess:
    """The service on a free port; ends when it is left.

    Attributes:
        first_line: What it said when it was ready.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._settings = settings
        self.first_line = ""

    def __enter__(self) -> Self:
        self._errors = (self._folder / "stderr").open("wb")
        self.process = subprocess.Popen(  # noqa: S603 -- our own command
            [COMMAND, "run", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=self._folder,
            env=environment(self._folder, **self._settings),
        )
        assert self.process.stdout
        self.first_line = self.process.stdout.readline()
        self.url = re.findall(r"http://\S+", self.first_line)[0]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.communicate()
        self._errors.close()

    def ask(self, message: str, **headers: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/api/chat", json={"message": message}, headers=headers, timeout=20
        )

    def log(self) -> list[dict[str, Any]]:
        text = (self._folder / "stderr").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    named = {f"CSE_CHAT__{name}": value for name, value in settings.items()}
    return {
        "PATH": os.environ["PATH"],
        "XDG_DATA_HOME": str(folder),
        "CSE_CHAT__AGENT__NAME": "echo",
        **named,
    }


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own command
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(folder, **settings),
        timeout=30,
        check=False,
    )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., RunningProcess]]:
    """Start the service with settings; it is gone when the test ends."""
    with ExitStack() as started:
        yield lambda **settings: started.enter_context(RunningProcess(tmp_path, **settings))


def wait_until(condition: Callable[[], object]) -> None:
    """Return once *condition* holds; the time limit of the test is the limit of this, too."""
    while not condition():
        time.sleep(0.01)


def has_logged(service: RunningProcess, event: str) -> bool:
    return any(line["event"] == event for line in service.log())


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
    service = start(AGENT__ECHO_SECONDS="1")
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
        f"cse-chat: nothing listens at {url}: start it with `make run` or `cse-chat run`"
    ]
