"""`cse-chat run` without a process of its own: listening, serving, and how it gives up."""

import io
import json
import os
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx
import pytest
from typing_extensions import override

from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.run import run
from cse_chat.entrypoints.server import CannotListenError, listening_socket


class BrokenOutput(io.StringIO):
    """A standard output with an error that nobody expects."""

    @override
    def write(self, text: str) -> int:
        raise LookupError(text)


@pytest.fixture(autouse=True)
def _settings_and_logging_are_of_this_test(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    request.getfixturevalue("the_log_is_restored")  # before a fixture runs the service
    monkeypatch.setenv("CSE_CHAT__AGENT__NAME", "echo")
    monkeypatch.chdir(tmp_path)


def free_port() -> int:
    with listening_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert isinstance(port, int)
        return port


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


# Coverage loses the frames in which the service has run: what comes of it is kept by an object,
# and looked at by the test, which begins when those frames are gone.
@dataclass
class Exchange:
    """A question to the service in this process, and its answer."""

    port: int = field(default_factory=free_port)
    answers: list[httpx.Response] = field(default_factory=list)

    def ask_then_stop(self) -> None:
        """Ask once the service listens, then send this process the signal to end it."""
        while not listens(self.port):
            time.sleep(0.01)
        url = f"http://127.0.0.1:{self.port}/api/chat"
        self.answers.append(httpx.post(url, json={"message": "hello"}, trust_env=False))
        os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Failure:
    """How a command failed inside of it."""

    error: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.error = error
        return isinstance(error, CommandFailedError)


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def failure() -> Failure:
    return Failure()


@pytest.fixture
def _served(exchange: Exchange, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()  # from here on it is captured
    with ThreadPoolExecutor() as threads:
        threads.submit(exchange.ask_then_stop)
        run(host=None, port=exchange.port, started=time.perf_counter())


@pytest.fixture
def _crashed(
    failure: Failure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdout", BrokenOutput())
    with failure:
        run(host="localhost", port=0, started=0)


@pytest.mark.usefixtures("_served")
def test_it_serves_until_a_signal_and_then_returns(
    exchange: Exchange, capsys: pytest.CaptureFixture[str]
) -> None:
    (answer,) = exchange.answers
    assert answer.json()["response"] == "Processed your query: 'hello'"
    printed = capsys.readouterr()
    assert f"cse-chat ask --url http://127.0.0.1:{exchange.port}" in printed.out
    events = [json.loads(line)["event"] for line in printed.err.splitlines()]
    assert events[:3] == ["service_started", "http_request", "drain_started"]


@pytest.mark.usefixtures("_crashed")
def test_an_unexpected_error_is_logged_and_ends_it(
    failure: Failure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(failure.error, CommandFailedError)
    assert failure.error.code == ExitCode.CRASHED
    (*_, crashed) = map(json.loads, capsys.readouterr().err.splitlines())
    assert crashed["event"] == "service_crashed"
    assert crashed["exception"][0]["type"] == "builtins.LookupError"


def test_a_taken_port_ends_it_before_anything_opens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(CommandFailedError, match="is taken") as caught:
            run(host=None, port=port, started=0)

    assert caught.value.code == ExitCode.UNUSABLE


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_not_listened_on(host: str) -> None:
    with pytest.raises(CannotListenError):
        listening_socket(host, 0)


def test_nobody_can_connect_before_the_server_listens() -> None:
    with (
        listening_socket("localhost", 0) as listener,
        socket.socket(listener.family) as client,
        pytest.raises(ConnectionRefusedError),
    ):
        client.connect(listener.getsockname())
