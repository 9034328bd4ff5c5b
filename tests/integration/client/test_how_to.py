"""The how-to about the client, done as it is written."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.pages import Command, File, read_page
from tests.integration.processes import RunningProcess

PAGE = Path(__file__).parents[3] / "docs/how-to/use-the-client.md"
WRITTEN = "http://127.0.0.1:8000"
PARTS = list(read_page(PAGE))
COMMANDS = [part for part in PARTS if isinstance(part, Command)]


def test_there_is_something_to_do() -> None:
    assert [command.line for command in COMMANDS] == [
        "python ask.py",
        "python watch.py",
        "python resume.py",
    ]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.line)
def test_what_is_shown_is_what_happens(
    command: Command, tmp_path: Path, echo: RunningProcess
) -> None:
    for part in PARTS:
        if isinstance(part, File):
            assert WRITTEN in part.text
            (tmp_path / part.path).write_text(part.text.replace(WRITTEN, echo.url))

    result = subprocess.run(  # noqa: S603 -- what our own page says
        [sys.executable, "-W", "error", *command.line.split()[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (result.stderr, result.stdout) == ("", command.output)
