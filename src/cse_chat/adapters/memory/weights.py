"""What values take in memory, in bytes: rough, cheap, and never far too low."""

from collections.abc import Iterable

from cse_chat.domain.model.answers import Answer, Said, Step
from cse_chat.domain.model.artifacts import Artifact, Cell, Table
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.records import Record

# Measured with tracemalloc on CPython 3.11, rounded up.
_OUTCOME = 2_000
_EVENT = 250
_COLUMN = 300
_CELL = 80
_CHARACTER = 4  # the most that one takes
_RECORD = 1_000
_HEADER = 200


def weight_of_outcome(outcome: Outcome) -> int:
    """Return what *outcome* takes, with everything the agent said."""
    answer, problem = outcome.answer, outcome.problem
    weight = _OUTCOME + (_CHARACTER * len(problem.detail) if problem else 0)
    return weight + (_answer(answer) if answer else 0)


def weight_of_record(record: Record) -> int:
    """Return what *record* takes."""
    return _RECORD + len(record.value or b"") + _HEADER * len(record.headers)


def _answer(answer: Answer) -> int:
    basis = answer.basis
    characters = len(answer.text) + len(basis.model_used) + sum(map(len, basis.sources))
    return _CHARACTER * characters + sum(map(weight_of_said, answer.said))


def weight_of_said(event: Said) -> int:
    """Return what one thing that an agent said takes."""
    if isinstance(event, Step):
        texts = (event.name, event.label, event.detail)
        return _EVENT + _CHARACTER * sum(map(len, texts))
    if isinstance(event, Artifact):
        return _EVENT + _artifact(event)
    return _EVENT + _CHARACTER * len(event.text)


def _artifact(artifact: Artifact) -> int:
    rows = artifact.rows if isinstance(artifact, Table) else artifact.points
    columns = sum(len(c.name) + len(c.label) + len(c.unit) for c in artifact.columns)
    weight = _COLUMN * len(artifact.columns) + _CHARACTER * (columns + len(artifact.title))
    return weight + sum(map(_row, rows))


def _row(cells: Iterable[Cell]) -> int:
    return _CELL + sum(
        _CELL + (_CHARACTER * len(cell) if isinstance(cell, str) else 0) for cell in cells
    )
