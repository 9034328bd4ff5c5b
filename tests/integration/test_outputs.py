"""Where the output of a command goes: pipes that nobody reads, full disks, other locales."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.processes import (
    COMMAND,
    RunningProcess,
    environment,
    run,
    wait_until,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where echo answers at once."""
    with RunningProcess(tmp_path_factory.mktemp("service")) as service:
        yield service.url


def closed_early(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run a command whose output nobody reads; return its exit code and its errors."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = subprocess.run(  # noqa: S603 -- our own command
            [COMMAND, *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environment(folder),
            timeout=30,
            check=False,
        )
    finally:
        os.close(writing)
    return result.returncode, result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("version", "--json"), ("config", "schema"), ("config", "show")],
    ids=" ".join,
)
def test_a_pipe_that_nobody_reads_ends_it_silently(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert closed_early(tmp_path, *arguments) == (141, "")


def test_a_service_whose_announcement_nobody_reads_goes_on(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    log = tmp_path / "stderr"
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 -- our own command
            [COMMAND, "run", "--port", "0"],
            stdout=writing,
            stderr=errors,
            cwd=tmp_path,
            env=environment(tmp_path),
        )
    os.close(writing)

    def addresses() -> list[str]:
        assert process.poll() is None, log.read_text()
        lines = map(json.loads, log.read_text().splitlines())
        return [line["address"] for line in lines if line["event"] == "service_started"]

    try:
        wait_until(addresses)
        (address,) = addresses()
        assert run(tmp_path, "health", "--url", address).returncode == 0
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def test_an_answer_that_nobody_reads_ends_it_silently(url: str, tmp_path: Path) -> None:
    assert closed_early(tmp_path, "ask", "one", "--url", url) == (141, "")


@pytest.mark.parametrize("command", ["version", "config show", "data status", "--help"])
def test_a_closed_output_is_no_error(tmp_path: Path, command: str) -> None:
    result = subprocess.run(  # noqa: S603 -- our own command
        ["/bin/sh", "-c", f"{COMMAND} {command} >&-"],
        capture_output=True,
        env=environment(tmp_path),
        timeout=30,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, b"")


def test_an_output_without_room_is_one_line(tmp_path: Path) -> None:
    result = subprocess.run(  # noqa: S603 -- our own command
        ["/bin/sh", "-c", f"{COMMAND} version > /dev/full"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        timeout=30,
        check=False,
    )

    assert result.returncode == 1
    assert result.stderr == (
        "cse-chat: the output cannot be written (No space left on device): make room for it\n"
    )


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["C", "ASCII"],
)
def test_letters_beyond_the_locale_are_no_error(
    url: str, tmp_path: Path, locale: dict[str, str]
) -> None:
    def printed(*options: str) -> str:
        return subprocess.run(  # noqa: S603 -- our own command
            [COMMAND, "ask", "සිංහල", "--url", url, *options],
            capture_output=True,
            encoding="utf-8",
            env=environment(tmp_path) | locale,
            timeout=30,
            check=True,
        ).stdout

    assert json.loads(printed("--json"))["response"] == "Processed your query: 'සිංහල'"
    assert printed().startswith("Processed your query: '")
