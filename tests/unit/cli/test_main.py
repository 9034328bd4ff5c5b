"""The command itself: what it imports, what it says, with which code it ends."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cse_chat.entrypoints.cli import main
from cse_chat.entrypoints.cli.configuration import read_settings
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode


def exit_of(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["cse-chat", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_help_teaches_commands_and_exit_codes() -> None:
    result = CliRunner().invoke(main.cli, ["--help"])

    assert result.exit_code == ExitCode.DONE
    assert all(command in result.output for command in ("run", "ask", "version"))
    assert all(f"{code.value}  {code.meaning}" in result.output for code in ExitCode)


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    main.cli(["version"], standalone_mode=False)
    main.cli(["version", "--json"], standalone_mode=False)

    people, machines = capsys.readouterr().out.splitlines()
    assert people.startswith(f"cse-chat {version('cse-chat')} (Python 3.")
    assert json.loads(machines)["version"] == version("cse-chat")


def test_help_and_version_import_none_of_the_slow_libraries() -> None:
    """So they take a fraction of a second; the clock itself would make this test flaky."""
    slow = ["asyncio", "httpx", "litestar", "msgspec", "networkx", "pydantic", "structlog"]
    program = (
        "import sys; from cse_chat.entrypoints.cli.main import cli;"
        "cli(['--help'], standalone_mode=False); cli(['version'], standalone_mode=False);"
        f"print([name for name in {slow} if name in sys.modules])"
    )

    result = subprocess.run(  # noqa: S603 -- this interpreter, and a text of ours
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert result.stdout.splitlines()[-1] == "[]"


def test_wrong_usage_ends_with_its_code_and_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_of(monkeypatch, "run", "--port", "70000") == ExitCode.UNUSABLE
    assert "'--port': 70000 is not in the range" in capsys.readouterr().err


def test_a_command_that_fails_says_so_in_one_line_and_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_of(monkeypatch, "ask", "hi", "--url", "nowhere") == ExitCode.UNUSABLE
    assert capsys.readouterr().err.splitlines() == [
        "cse-chat: --url must be an address such as http://127.0.0.1:8000"
    ]


def test_an_interrupted_command_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "cli", interrupted)

    assert exit_of(monkeypatch) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.strip() == ""


def test_ctrl_c_while_the_program_is_imported_is_quiet_too() -> None:
    program = """
import signal, sys
from importlib.metadata import entry_points

class Pressing:
    def find_spec(self, name, *_):
        if name == "cse_chat.entrypoints.cli.main":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Pressing())
(script,) = entry_points(group="console_scripts", name="cse-chat")
script.load()()
"""

    result = subprocess.run(  # noqa: S603 -- this interpreter, and a text of ours
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stdout, result.stderr) == (ExitCode.INTERRUPTED, "", "")


def test_unusable_settings_are_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CSE_CHAT__HTTP__PROT", "1")
    monkeypatch.setenv("CSE_CHAT__AGENT__ATTEMPTS", "0")

    assert exit_of(monkeypatch, "run") == ExitCode.UNUSABLE
    assert capsys.readouterr().err.splitlines() == [
        "cse-chat: these settings cannot be used:",
        "  CSE_CHAT__AGENT__ATTEMPTS should be greater than or equal to 1",
        "  CSE_CHAT__HTTP__PROT is no setting; did you mean CSE_CHAT__HTTP__PORT?",
    ]


def test_options_go_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "CSE_CHAT__HTTP__PORT=1\nCSE_CHAT__AGENT__ATTEMPTS=1\nCSE_CHAT__WORKER__CONCURRENCY=1\n"
        "OTHER=$HOME\nBARE\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("CSE_CHAT__HTTP__PORT", "2")
    monkeypatch.setenv("CSE_CHAT__AGENT__ATTEMPTS", "2")

    settings = read_settings(HTTP__PORT="3", HTTP__HOST=None)

    assert settings.http.port == 3
    assert settings.agent.attempts == 2
    assert settings.worker.concurrency == 1
    assert settings.agent.echo_seconds == 0


def test_a_settings_file_that_is_no_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"A=\xff")

    with pytest.raises(CommandFailedError, match="cannot be read as UTF-8"):
        read_settings()


def test_an_error_that_nobody_expected_is_one_line_without_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    @click.argument("words", nargs=-1)
    def broken(words: tuple[str, ...]) -> None:
        raise ValueError(words)

    monkeypatch.setattr(main, "cli", broken)

    assert exit_of(monkeypatch, "canary") == ExitCode.CRASHED
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("cse-chat: an unexpected error (ValueError, in test_main.py line ")
    assert "canary" not in line


def test_every_command_says_in_one_line_what_it_is_for() -> None:
    """A list of commands is read at a glance."""
    lines = CliRunner().invoke(main.cli, ["--help"], terminal_width=80).output.splitlines()
    begin = next(number for number, line in enumerate(lines) if "Commands" in line)
    rows = lines[begin + 1 : begin + 1 + len(main.cli.commands)]

    assert [row.strip("│ ").split()[0] for row in rows] == sorted(main.cli.commands)
