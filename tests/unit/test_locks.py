"""The lock check sees every way in which a lock can be wrong."""

from pathlib import Path

import pytest

from tests import locks

PROJECT = """
[build-system]
requires = ["hatchling"]
[project]
requires-python = ">=3.11"
dependencies = ["Msg_Spec>=1,<2"]
[dependency-groups]
build = ["hatchling>=1"]
dev = [{include-group = "build"}, "ruff"]
"""
RUN = ["hatchling==1.2 \\", "    --hash=sha256:aa", "msg-spec==1.5 \\", "    --hash=sha256:bb"]
DEV = [*RUN, "ruff==3 ; python_version >= '3' \\", "    --hash=sha256:cc"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose locks are as they should be."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    write(tmp_path, "run", RUN)
    write(tmp_path, "dev", DEV)
    locks.sign(tmp_path)
    return tmp_path


def write(root: Path, name: str, lines: list[str]) -> None:
    (root / f"requirements/{name}.txt").write_text("\n".join([*lines, ""]))


def test_signed_locks_that_pin_everything_have_no_fault(root: Path) -> None:
    assert locks.main([], root) == 0


def test_signing_twice_changes_nothing(root: Path) -> None:
    once = (root / "requirements/dev.txt").read_text()
    assert locks.main(["--sign"], root) == 0
    assert (root / "requirements/dev.txt").read_text() == once


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["--index-url=internal", *RUN], "is an option"),
        (["-e .", *RUN], "is an option"),
        (["# https://an.index", *RUN], "names an address"),
        (["stray @ file.whl \\", *RUN], "names an address"),
        ([*RUN, "colorama==1"], "has no hash"),
        (RUN[2:], "does not pin hatchling"),
        ([*RUN[:2], "msg-spec==2.5 \\", RUN[3]], "asks for Msg_Spec<2,>=1"),
        ([*RUN[:2], "msg-spec==1.6 \\", RUN[3]], "msg-spec differs between"),
    ],
)
def test_a_lock_changed_by_hand_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], lines: list[str], fault: str
) -> None:
    write(root, "run", lines)
    assert locks.main([], root) == 1
    assert fault in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (">=3.11", ">=3.12"),
        ("Msg_Spec>=1", "Msg_Spec[standard]>=1"),
        ('"ruff"', ""),
        ('"ruff"', '"ruff", "mypy"'),
    ],
)
def test_a_lock_older_than_the_dependencies_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], before: str, after: str
) -> None:
    (root / "pyproject.toml").write_text(PROJECT.replace(before, after))
    assert locks.main([], root) == 1
    assert "run `make lock`" in capsys.readouterr().err


def test_the_locks_of_this_project_have_no_fault() -> None:
    assert locks.main([]) == 0
