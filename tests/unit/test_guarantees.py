"""What docs/guarantees.md says is held by a test."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)


def test_every_test_that_the_sheet_names_exists() -> None:
    named = set(NAMED.findall((ROOT / "docs/guarantees.md").read_text("utf-8")))
    defined = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in DEFINED.findall(file.read_text("utf-8"))
    }

    assert len(named) > 30
    assert named <= defined, named - defined


def test_every_fault_that_has_a_test_of_its_own_stands_in_the_sheet() -> None:
    """Such a test says so in its name: ``test_f13_...``."""
    sheet = (ROOT / "docs/guarantees.md").read_text("utf-8")
    numbers = {
        number
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in DEFINED.findall(file.read_text("utf-8"))
        for number in re.findall(r"_f(\d+)(?=_)", name)
    }

    assert len(numbers) > 15
    assert {f"F{number}" for number in numbers} <= set(re.findall(r"F\d+", sheet))
