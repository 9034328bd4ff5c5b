"""Checking answers against what a question expects of them."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

QUESTIONS = Path(__file__).parent / "dev.jsonl"

# Raise it with every question that is learnt: a pass must never be lost again.
FLOOR = 64

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?")
_NOT_ADVICE = "not investment advice"
_UNAVAILABLE = (
    "not available",
    "could not find",
    "no data",
    "don't understand",
    "not include",
    "not covered",
)
_PRICE = re.compile(r"Rs\. ?\d")

Answer = Callable[[str, Sequence[str]], str]
"""Takes a question and the questions before it in the thread, gives the text of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A thread with what its answers must have."""

    id: str
    turns: tuple[str, ...]
    intent: str
    expects: str
    checks: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a question; it passed when no check failed."""

    question: Question
    answers: tuple[str, ...]
    failed: tuple[str, ...]


def load(path: Path = QUESTIONS) -> tuple[Question, ...]:
    """Read the question set, in its order."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(
        Question(
            id=row["id"],
            turns=tuple(row["turns"]),
            intent=row["intent"],
            expects=row["expects"],
            checks=row["answer"],
        )
        for row in rows
    )


def ask(question: Question, answer: Answer) -> Result:
    """Ask all turns of *question* and check the answers."""
    turns = question.turns
    answers = tuple(answer(turn, turns[:at]) for at, turn in enumerate(turns))
    failed = tuple(
        f"{name}: {fault}"
        for name, expected in question.checks.items()
        if (fault := _CHECKS[name](expected, answers))
    )
    return Result(question=question, answers=answers, failed=failed)


def numbers_in(text: str) -> tuple[Decimal, ...]:
    """Return the numbers of *text*, signed, without thousands separators."""
    return tuple(Decimal(match.replace(",", "")) for match in _NUMBER.findall(text))


def is_stated(value: float, numbers: Sequence[Decimal]) -> bool:
    """Say whether one of *numbers* is *value*, to the digits with which *value* is written."""
    expected = Decimal(repr(value))
    exponent = expected.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    return any(abs(number - expected) <= half for number in numbers)


def _must_include(expected: list[str], answers: Sequence[str]) -> str:
    missing = [text for text in expected if text.lower() not in answers[-1].lower()]
    return f"missing {missing}" if missing else ""


def _must_include_any(expected: list[str], answers: Sequence[str]) -> str:
    found = any(text.lower() in answers[-1].lower() for text in expected)
    return "" if found else f"none of {expected}"


def _must_not(expected: list[str], answers: Sequence[str]) -> str:
    found = [text for text in expected if text.lower() in answers[-1].lower()]
    return f"says {found}" if found else ""


def _values(expected: list[float], answers: Sequence[str]) -> str:
    numbers = numbers_in(answers[-1])
    missing = [value for value in expected if not is_stated(value, numbers)]
    return f"no {missing}" if missing else ""


def _must_not_invent(_: bool, answers: Sequence[str]) -> str:
    if not any(text in answers[-1].lower() for text in _UNAVAILABLE):
        return "does not say that it is unavailable"
    return "states a price" if _PRICE.search(answers[-1]) else ""


def _per_turn(expected: list[list[str]], answers: Sequence[str]) -> str:
    pairs = zip(expected, answers, strict=True)
    faults = (_must_include(texts, (answer,)) for texts, answer in pairs)
    return "; ".join(fault for fault in faults if fault)


def _disclaimer(_: bool, answers: Sequence[str]) -> str:
    return "" if _NOT_ADVICE in answers[-1].lower() else "no disclaimer"


_CHECKS: dict[str, Callable[[Any, Sequence[str]], str]] = {
    "must_include": _must_include,
    "must_include_any": _must_include_any,
    "must_not": _must_not,
    "must_not_invent": _must_not_invent,
    "values": _values,
    "per_turn": _per_turn,
    "disclaimer": _disclaimer,
}
