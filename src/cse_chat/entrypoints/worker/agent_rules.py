"""What an agent may say, so that every answer can be encoded, kept and shown.

Messages name types and rules, never values: those may be a user's.
"""

import math
from datetime import date
from typing import Final

import msgspec

from cse_chat.adapters.wire.responses import ArtifactWire
from cse_chat.domain.errors import AgentCrashedError, AnswerTooLargeError
from cse_chat.domain.model.answers import Basis, Delta, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, ColumnType, Series, Table

# A record of Kafka takes 1 MiB with its headers (`message.max.bytes`): a quarter is left for them,
# for the envelope of the answer, and for a broker that counts a little differently.
MAX_ANSWER_BYTES: Final = 768 * 1024

# What an event costs beside its JSON: its place in the order, or the length of a piece of text.
EVENT_BYTES: Final = 32

# The integers that every reader of JSON reads exactly (RFC 7493); a browser would round others.
MAX_INTEGER: Final = 2**53 - 1

_MAX_DECIMALS: Final = 20

_encode = msgspec.json.Encoder().encode


def size_of(event: object) -> int:
    """Return how many bytes of an answer *event* takes, after checking every value in it.

    Raises:
        AgentCrashedError: No answer may hold it; the message says why.
        AnswerTooLargeError: It alone is more than an answer may be.
    """
    match event:
        case Delta():
            return EVENT_BYTES + _size(_text(event.text, "a text"))
        case Step():
            return EVENT_BYTES + _size(_step(event))
        case Table():
            return EVENT_BYTES + _size(_artifact(event, event.rows))
        case Series():
            return EVENT_BYTES + _size(_artifact(event, event.points))
        case Basis():
            return EVENT_BYTES + _size(_basis(event))
        case _:
            raise AgentCrashedError(f"an agent may not yield {_kind(event)}")


def _size(value: object) -> int:
    try:
        return len(_encode(value))
    except UnicodeEncodeError as error:
        raise AgentCrashedError("a text may not hold half of a surrogate pair") from error


def _text(text: str, what: str) -> str:
    if type(text) is not str:
        raise AgentCrashedError(f"{what} must be str, not {_kind(text)}")
    if len(text) > MAX_ANSWER_BYTES:  # before it is copied
        raise AnswerTooLargeError(MAX_ANSWER_BYTES)
    if "\0" in text:
        raise AgentCrashedError(f"{what} may not hold the character NUL")
    return text


def _step(step: Step) -> tuple[str, ...]:
    if not isinstance(step.status, StepStatus):
        raise AgentCrashedError(f"the status of a step may not be {_kind(step.status)}")
    return (
        _text(step.name, "the name of a step"),
        _text(step.label, "the label of a step"),
        _text(step.detail, "the detail of a step"),
        step.status,
    )


def _basis(basis: Basis) -> tuple[object, ...]:
    if basis.as_of is not None and type(basis.as_of) is not date:
        raise AgentCrashedError(f"as_of must be a date or None, not {_kind(basis.as_of)}")
    _tuple(basis.sources, "the sources")
    sources = [_text(source, "a source") for source in basis.sources]
    return _text(basis.model_used, "model_used"), basis.as_of, sources


def _artifact(artifact: Table | Series, rows: tuple[tuple[object, ...], ...]) -> ArtifactWire:
    _text(artifact.title, "the title of an artifact")
    _tuple(artifact.columns, "the columns of an artifact")
    _tuple(rows, "the rows of an artifact")
    for column in artifact.columns:
        _column(column)
    if len(rows) * max(1, len(artifact.columns)) > MAX_ANSWER_BYTES:  # before looking at each cell
        raise AnswerTooLargeError(MAX_ANSWER_BYTES)
    for row in rows:
        _tuple(row, "a row of an artifact")
        for cell in row:
            _cell(cell)
    return ArtifactWire.of(artifact)


def _column(column: Column) -> None:
    if not isinstance(column, Column):
        raise AgentCrashedError(f"a column may not be {_kind(column)}")
    _text(column.name, "the name of a column")
    _text(column.label, "the label of a column")
    _text(column.unit, "the unit of a column")
    if not isinstance(column.type, ColumnType):
        raise AgentCrashedError(f"the type of a column may not be {_kind(column.type)}")
    if column.decimals is None:
        return
    if type(column.decimals) is not int or not 0 <= column.decimals <= _MAX_DECIMALS:
        raise AgentCrashedError(f"the decimals of a column must be 0 to {_MAX_DECIMALS}, or None")


def _cell(cell: object) -> None:
    # Exactly these types: those derived from them (bool, those of numpy) are other JSON, or none.
    kind = type(cell)
    if kind is str:
        _text(str(cell), "a cell")
    elif isinstance(cell, float) and kind is float:
        if not math.isfinite(cell):
            raise AgentCrashedError("a cell may not be infinite or NaN; None is unknown")
    elif isinstance(cell, int) and kind is int:
        if abs(cell) > MAX_INTEGER:
            raise AgentCrashedError(f"an integer may not exceed {MAX_INTEGER}; write it as text")
    elif cell is not None:
        raise AgentCrashedError(f"a cell must be str, int, float or None, not {_kind(cell)}")


def _tuple(value: object, what: str) -> None:
    if type(value) is not tuple:  # a list could still change when the answer has been checked
        raise AgentCrashedError(f"{what} must be a tuple, not {_kind(value)}")


def _kind(value: object) -> str:
    return type(value).__name__
