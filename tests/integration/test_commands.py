"""The commands that look, as processes: what they find, and their exit codes."""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.processes import COMMAND, RunningProcess, run
from tests.raw_servers import a_server, said


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where echo answers at once."""
    with RunningProcess(tmp_path_factory.mktemp("service")) as service:
        yield service.url


@contextmanager
def a_port_that_refuses() -> Iterator[int]:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, but it does not listen
        yield nobody.getsockname()[1]


@pytest.mark.parametrize("probe", ["ready", "live", "startup"])
def test_a_service_that_is_well_is_one_line(url: str, tmp_path: Path, probe: str) -> None:
    result = run(tmp_path, "health", "--url", url, "--probe", probe)

    assert result.returncode == 0
    (line,) = result.stdout.splitlines()
    assert line.startswith(f"{url} is {'live' if probe == 'live' else 'ready (agent echo, 0 unf'}")


def test_without_a_url_the_settings_say_whom_to_ask(url: str, tmp_path: Path) -> None:
    port = url.rpartition(":")[2]
    (tmp_path / ".env").write_text(f"CSE_CHAT__HTTP__PORT={port}\n")

    result = run(tmp_path, "health", "--json")

    document = json.loads(result.stdout)
    assert (document["url"], document["well"], document["details"]["status"]) == (
        url,
        True,
        "ready",
    )


@pytest.mark.parametrize("port", ["0", "x", "65536", "99999999999", "\u0661"])
def test_a_port_that_cannot_be_asked_is_told(tmp_path: Path, port: str) -> None:
    result = run(tmp_path, "health", HTTP__PORT=port)

    assert result.returncode == 2
    assert "say with --url where the service is" in result.stderr


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://h", "http://", "http://h:99999", "/x"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    result = run(tmp_path, "health", "--url", url)

    assert (result.returncode, result.stdout) == (2, "")
    assert "--url must be an address such as" in result.stderr


@pytest.mark.parametrize(
    ("answer", "timeout", "code", "words"),
    [
        (said("503 Service Unavailable", '{"status": "draining"}'), "20", 3, "is draining"),
        (said("200 OK", "<html>"), "20", 3, "is no cse-chat service (status 200)"),
        (said("200 OK", '[{"status": 1}]'), "20", 3, "is no cse-chat service"),
        (b"nonsense\r\n\r\n", "20", 4, "cannot be asked (BadStatusLine)"),
        (b"", "0.5", 4, "does not answer within 0.5 s"),
    ],
)
def test_a_service_that_is_not_well_has_a_code_and_a_document(
    tmp_path: Path, answer: bytes, timeout: str, code: int, words: str
) -> None:
    with a_server(answer) as address:
        result = run(tmp_path, "health", "--url", address, "--timeout", timeout, "--json")

    assert result.returncode == code
    assert json.loads(result.stdout)["well"] is False
    assert words in result.stderr


def test_where_nothing_listens_health_says_so(tmp_path: Path) -> None:
    with a_port_that_refuses() as port:
        result = run(tmp_path, "health", "--url", f"http://127.0.0.1:{port}")

    assert (result.returncode, result.stdout) == (4, "")
    assert result.stderr == f"cse-chat: nothing listens at http://127.0.0.1:{port}\n"


def states_of(result: subprocess.CompletedProcess[str]) -> dict[str, tuple[str, str]]:
    return {
        found["subject"]: (found["state"], found["says"])
        for found in json.loads(result.stdout)["findings"]
    }


def test_the_doctor_finds_a_running_service(url: str, tmp_path: Path) -> None:
    result = run(tmp_path, "doctor", "--json", HTTP__PORT=url.rpartition(":")[2])

    states = states_of(result)
    assert result.returncode == 0
    assert states["port"] == ("ok", f"the service listens at {url}")
    assert states["service"] == ("ok", "it is ready (agent echo, 0 unfinished)")
    assert states["kafka"] == ("ok", "none at 127.0.0.1:9092; `run` needs none")
    assert set(states) == {
        "python",
        "settings",
        "data folder",
        "market data",
        "agent",
        "port",
        "service",
        "kafka",
        "redis",
        "signing in",
    }


def test_the_doctor_finds_a_free_port_and_says_how_to_start(tmp_path: Path) -> None:
    result = run(tmp_path, "doctor", HTTP__PORT="0")

    assert result.returncode == 0
    assert "a free one is taken at each start" in result.stdout
    assert f"-> start the service with `{COMMAND} run`" in result.stdout


def test_where_brokers_are_named_the_doctor_says_how_to_start_both_parts(tmp_path: Path) -> None:
    nowhere = {"KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1", "REDIS__URL": "redis://127.0.0.1:1/0"}

    result = run(tmp_path, "doctor", HTTP__PORT="0", **nowhere)

    assert result.returncode == 2
    assert f"-> start it with `{COMMAND} gateway`, and `{COMMAND} worker` beside it" in (
        result.stdout
    )


def test_where_no_broker_is_used_the_doctor_says_how_to_start_one_process(tmp_path: Path) -> None:
    in_memory = {"REQUESTS__TRANSPORT": "memory", "REPLIES__TRANSPORT": "memory"}

    result = run(tmp_path, "doctor", HTTP__PORT="0", **in_memory)

    assert f"-> start the service with `{COMMAND} run`" in result.stdout


def test_the_doctor_finds_a_stranger_at_the_port(tmp_path: Path) -> None:
    with a_server(said("200 OK", "hello")) as address:
        result = run(tmp_path, "doctor", "--json", HTTP__PORT=address.rpartition(":")[2])

    assert result.returncode == 2
    assert states_of(result)["port"] == (
        "fail",
        f"something else than cse-chat answers at {address}",
    )


def test_the_doctor_finds_a_port_that_is_taken_and_mute(tmp_path: Path) -> None:
    with a_port_that_refuses() as port:
        result = run(tmp_path, "doctor", "--json", HTTP__PORT=str(port))

    state, says = states_of(result)["port"]
    assert (state, says) == ("fail", f"port {port} on 127.0.0.1 is taken")


def test_examples_and_hints_can_be_pasted(tmp_path: Path) -> None:
    help_text = run(tmp_path, "--help").stdout
    wrong = run(tmp_path, "health", "--prob")

    assert f"`{COMMAND} run`" in "".join(help_text.split("\n")).replace("  ", " ")
    assert wrong.returncode == 2
    assert f"{COMMAND} health" in "".join(wrong.stderr.split("\n"))
