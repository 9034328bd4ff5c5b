"""Commands that are printed work when they are pasted."""

import os
import sys
from pathlib import Path

import pytest

from cse_chat.entrypoints.cli.invocation import program


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A program of our name."""
    path = tmp_path / "my programs" / "cse-chat"
    path.parent.mkdir()
    path.touch(mode=0o755)
    return path


def called_as(monkeypatch: pytest.MonkeyPatch, name: object, *, search: object = "") -> str:
    monkeypatch.setattr(sys, "argv", [str(name), "ask"])
    monkeypatch.setenv("PATH", str(search))
    return program()


def test_what_the_shell_finds_is_called_by_its_name(
    monkeypatch: pytest.MonkeyPatch, script: Path
) -> None:
    assert called_as(monkeypatch, script, search=script.parent) == "cse-chat"


def test_a_link_on_the_path_is_found_too(
    monkeypatch: pytest.MonkeyPatch, script: Path, tmp_path: Path
) -> None:
    (tmp_path / "cse-chat").symlink_to(script)

    assert called_as(monkeypatch, script, search=tmp_path) == "cse-chat"


def test_what_the_shell_does_not_find_is_called_by_its_path(
    monkeypatch: pytest.MonkeyPatch, script: Path
) -> None:
    assert called_as(monkeypatch, script) == f"'{script}'"


def test_another_program_of_that_name_is_not_this_one(
    monkeypatch: pytest.MonkeyPatch, script: Path, tmp_path: Path
) -> None:
    (tmp_path / "cse-chat").touch(mode=0o755)

    assert called_as(monkeypatch, script, search=tmp_path) == f"'{script}'"


def test_a_path_stays_relative_as_it_was_typed(
    monkeypatch: pytest.MonkeyPatch, script: Path
) -> None:
    monkeypatch.chdir(script.parent)

    assert called_as(monkeypatch, f"..{os.sep}my programs{os.sep}cse-chat") == (
        "'../my programs/cse-chat'"
    )


@pytest.mark.parametrize("name", ["cse-chat", "/usr/bin/pytest", "-c", "", "/gone/cse-chat-2"])
def test_whatever_else_started_it_the_name_is_the_best_guess(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert called_as(monkeypatch, name) == "cse-chat"


def test_a_program_that_is_gone_meanwhile_is_called_by_its_path(
    monkeypatch: pytest.MonkeyPatch, script: Path
) -> None:
    assert called_as(monkeypatch, "/gone/cse-chat", search=script.parent) == "/gone/cse-chat"
