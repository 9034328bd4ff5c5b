"""What is deployed, in a place where it can be broken."""

import shutil
from pathlib import Path

import pytest

from tests.deployment.__main__ import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project as it should be, as far as the checks look."""
    for name in ("Dockerfile", ".dockerignore", "compose.yaml", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "requirements/run.txt", tmp_path / "requirements")
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    return tmp_path
