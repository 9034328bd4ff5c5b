"""`cse-chat doctor --watch` as an operator starts it: at a terminal, into a pipe, over a process."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from brokers.ports import free_port
from tests.integration.processes import COMMAND, RunningProcess, environment, run
from tests.integration.terminals import CTRL_C, HIDE_CURSOR, SHOW_CURSOR, Terminal


@pytest.fixture
def service(start: Callable[..., RunningProcess]) -> RunningProcess:
    return start(REQUESTS__TRANSPORT="memory", REPLIES__TRANSPORT="memory")


def test_at_a_terminal_it_is_a_picture_until_ctrl_c(
    service: RunningProcess, tmp_path: Path
) -> None:
    assert service.ask("hi").status_code == 200
    command = (COMMAND, "doctor", "--watch", "--url", service.url)

    with Terminal(command, folder=tmp_path, env=environment(tmp_path)) as terminal:
        terminal.until("taken = ended + in hand")
        assert f"run {service.url.partition('://')[2]}" in terminal.shown
        assert "1 = 1 + 0" in terminal.shown
        terminal.press(CTRL_C)

        assert terminal.ended() == 130
    assert "Traceback" not in terminal.shown
    assert terminal.raw.rindex(SHOW_CURSOR) > terminal.raw.rindex(HIDE_CURSOR)


def test_into_a_pipe_it_is_a_line_for_each_process_until_it_is_interrupted(
    service: RunningProcess, tmp_path: Path
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    command = (COMMAND, "doctor", "--watch", "--url", service.url, "--url", nowhere)
    with subprocess.Popen(  # noqa: S603 -- our own command
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
    ) as watching:
        assert watching.stdout
        assert watching.stderr
        lines = [watching.stdout.readline() for _ in range(4)]
        watching.send_signal(signal.SIGINT)
        code, said = watching.wait(20), watching.stderr.read()

    assert f"{service.url} run; ready; asked 0.0/s" in lines[0]
    assert lines[1].endswith(f"{nowhere} nothing listens there\n")
    assert service.url in lines[2]
    assert (code, said.strip()) == (130, "")


def test_what_is_no_address_is_refused(tmp_path: Path) -> None:
    refused = run(tmp_path, "doctor", "--watch", "--url", "127.0.0.1:8000")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--url must be an address such as http://127.0.0.1:8000" in refused.stderr


def test_where_the_settings_name_no_port_it_says_what_to_do(tmp_path: Path) -> None:
    refused = run(tmp_path, "doctor", "--watch", HTTP__PORT="0", WORKER__PORT="0")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "say with --url" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--url", "http://127.0.0.1:1"), "say --watch with it"), (("--watch", "--json"), "/metrics")],
)
def test_what_makes_no_sense_together_is_refused(
    arguments: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    refused = run(tmp_path, "doctor", *arguments)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert says in refused.stderr
