"""The reference is made of the code, and says when it is old."""

from pathlib import Path

import click
import pytest

from cse_chat.entrypoints.cli.main import cli
from cse_chat.entrypoints.environment import variables
from cse_chat.entrypoints.http.problem_kinds import KINDS
from cse_chat.entrypoints.settings import Settings
from tests.reference.__main__ import FILES, main
from tests.reference.commands import commands_page
from tests.reference.interface import problems_page
from tests.reference.markdown import table
from tests.reference.settings import settings_page


@click.group(help="Do things.\f Not for people.")
def program() -> None:
    """Stand in for ours."""


@program.group()
def inner() -> None:
    """Do inner things."""


@inner.command(help="Act.\n\n\b\none\n  two", epilog="Example: none")
@click.argument("what", type=click.Choice(["a", "b"]))
@click.option("--times", type=click.IntRange(1, 9), default=2, show_default=True, help="How often.")
@click.option("--secret", hidden=True)
def act(what: str, times: int, secret: str) -> None:
    """Have what a command can have."""


@program.command(hidden=True)
def internal() -> None:
    """Do nothing for people."""


def test_what_was_written_is_up_to_date(tmp_path: Path) -> None:
    assert main(["--write"], tmp_path) == 0
    assert main([], tmp_path) == 0
    assert all((tmp_path / name).exists() for name in FILES)


def test_what_is_missing_or_changed_is_named_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--write"], tmp_path)
    (tmp_path / "docs/reference/cli.md").write_text("by hand")
    (tmp_path / "docs/openapi.json").unlink()

    assert main([], tmp_path) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert said[1] == "docs/reference/cli.md is not what the code says; run `make reference`"


def test_nothing_that_there_is_is_left_out() -> None:
    assert all(f"## `cse-chat {name}`" in commands_page() for name in cli.commands)
    assert all(f"`/problems/{slug}`" in problems_page() for slug in KINDS)
    assert all(f"`{known.name}`" in settings_page() for known in variables(Settings))


def test_commands_of_a_group_stand_under_its_name() -> None:
    text = commands_page(program)

    assert "Do things.\n" in text
    assert "## `cse-chat inner`" in text
    assert "## `cse-chat inner act`\n\n```\ncse-chat inner act [OPTIONS] {a|b}\n```" in text
    assert "Act.\n\none\n  two\n" in text
    assert "How often. [default: 2; 1<=x<=9] |" in text
    assert "Example: none" in text


def test_what_is_not_for_people_is_left_out() -> None:
    text = commands_page(program)

    assert "internal" not in text
    assert "secret" not in text
    assert "Not for people" not in text


@pytest.mark.parametrize("columns", ["20", "300"])
def test_the_terminal_makes_no_difference(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    before = commands_page()
    monkeypatch.setenv("COLUMNS", columns)

    assert commands_page() == before


def test_a_cell_is_one_line_and_ends_where_it_ends() -> None:
    assert table(["a"], [["x |\n y"]]).splitlines()[2] == "| x \\| y |"
