"""`cse-chat run` without a process of its own: listening, serving, and how it gives up."""

import errno
import io
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import structlog
from typing_extensions import override

from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.run import run
from cse_chat.entrypoints.server import CannotListenError, listening_socket


class ClosedPipe(io.StringIO):
    """A standard output whose reader went away."""

    @override
    def write(self, text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, text)


@pytest.fixture(autouse=True)
def _settings_and_logging_are_of_this_test(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    monkeypatch.setenv("CSE_CHAT__AGENT__NAME", "echo")
    monkeypatch.chdir(tmp_path)
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raises


def free_port() -> int:
    with listening_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert isinstance(port, int)
        return port


def ask_then_stop(port: int) -> httpx.Response:
    """Ask once the service listens, and send this process the signal to end it."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        while True:
            try:
                answer = client.post("/api/chat", json={"message": "hello"})
            except httpx.ConnectError:
                time.sleep(0.01)
            else:
                os.kill(os.getpid(), signal.SIGTERM)
                return answer


def test_it_serves_until_a_signal_and_then_returns(capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(ask_then_stop, port)
        run(host=None, port=port, started=time.perf_counter())

    assert asked.result().json()["response"] == "Processed your query: 'hello'"
    printed = capsys.readouterr()
    assert f"cse-chat ask --url http://127.0.0.1:{port}" in printed.out
    events = [json.loads(line)["event"] for line in printed.err.splitlines()]
    assert events[:3] == ["service_started", "http_request", "drain_started"]


def test_an_unexpected_error_is_logged_and_ends_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", ClosedPipe())

    with pytest.raises(CommandFailedError, match="the log says where") as caught:
        run(host="localhost", port=0, started=0)

    assert caught.value.code == ExitCode.CRASHED
    (*_, crashed) = map(json.loads, capsys.readouterr().err.splitlines())
    assert crashed["event"] == "service_crashed"
    assert crashed["exception"][0]["type"] == "builtins.BrokenPipeError"


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
