"""What an agent may say, value by value."""
# ruff: noqa: ANN401 -- values of wrong types are what these tests are about

import math
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest

from cse_chat.domain.errors import AgentCrashedError, AnswerTooLargeError
from cse_chat.domain.model.answers import AgentEvent, Answer, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, ColumnType, Series, Table
from cse_chat.entrypoints.worker.agent_rules import EVENT_BYTES, MAX_ANSWER_BYTES, size_of

COLUMNS = (Column(name="a", label="A"),)


class Colour(StrEnum):
    RED = "red"


class Number(int):
    """As those of libraries for numbers: nearly one of ours."""


def a_table(*rows: Any, title: Any = "T", columns: Any = COLUMNS) -> Table:
    return Table(title=title, columns=columns, rows=rows)


def a_step(**fields: Any) -> Step:
    return Step(**{"name": "n", "label": "l", "status": StepStatus.DONE, **fields})


def a_column(**fields: Any) -> Table:
    return a_table(columns=(Column(**{"name": "a", "label": "A", **fields}),))


def wrong(make: Any, **fields: Any) -> Any:
    """Make it past the type checker."""
    return make(**fields)


@pytest.mark.parametrize(
    "text_in",
    [
        Delta,
        lambda text: a_step(name=text),
        lambda text: a_step(label=text),
        lambda text: a_step(detail=text),
        lambda text: Basis(model_used=text),
        lambda text: Basis(model_used="m", sources=(text,)),
        lambda text: a_table(title=text),
        lambda text: Series(title=text, columns=COLUMNS, points=()),
        lambda text: a_column(name=text),
        lambda text: a_column(label=text),
        lambda text: a_column(unit=text),
    ],
)
@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "a\0b", 7, None, b"x", Colour.RED])
def test_a_text_is_encodable_wherever_it_stands(text_in: Any, text: Any) -> None:
    with pytest.raises(AgentCrashedError):
        size_of(text_in(text))


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        (math.nan, "a cell may not be infinite or NaN; None is unknown"),
        (-math.inf, "a cell may not be infinite or NaN; None is unknown"),
        (2**53, "an integer may not exceed 9007199254740991; write it as text"),
        (-(10**400), "an integer may not exceed 9007199254740991; write it as text"),
        (True, "a cell must be str, int, float or None, not bool"),
        (Number(1), "a cell must be str, int, float or None, not Number"),
        (date(2026, 7, 24), "a cell must be str, int, float or None, not date"),
        (Colour.RED, "a cell must be str, int, float or None, not Colour"),
        (["x"], "a cell must be str, int, float or None, not list"),
        ("\0", "a cell may not hold the character NUL"),
        ("\ud800", "a text may not hold half of a surrogate pair"),
    ],
)
def test_a_cell_is_what_every_reader_of_json_reads_alike(cell: Any, rule: str) -> None:
    with pytest.raises(AgentCrashedError) as table:
        size_of(a_table((cell,)))
    with pytest.raises(AgentCrashedError) as series:
        size_of(Series(title="S", columns=COLUMNS, points=((cell,),)))

    assert str(table.value) == str(series.value) == rule


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        ("just text", "an agent may not yield str"),
        (None, "an agent may not yield NoneType"),
        (Answer(text="", basis=Basis(model_used="m")), "an agent may not yield Answer"),
        (a_step(status="done"), "the status of a step may not be str"),
        (wrong(Basis, model_used="m", as_of=datetime.now(UTC)), "as_of must be a date or None"),
        (wrong(Basis, model_used="m", as_of="2026-07-24"), "as_of must be a date or None, not str"),
        (wrong(Basis, model_used="m", sources="cse.lk"), "the sources must be a tuple, not str"),
        (a_table(columns=[*COLUMNS]), "the columns of an artifact must be a tuple, not list"),
        (a_table(["x"]), "a row of an artifact must be a tuple, not list"),
        (
            wrong(Table, title="T", columns=COLUMNS, rows=[("x",)]),
            "the rows of an artifact must be a tuple, not list",
        ),
        (a_table(columns=("name",)), "a column may not be str"),
        (a_column(type="text"), "the type of a column may not be str"),
        (a_column(decimals=-1), "the decimals of a column must be 0 to 20, or None"),
        (a_column(decimals=21), "the decimals of a column must be 0 to 20, or None"),
        (a_column(decimals=1.0), "the decimals of a column must be 0 to 20, or None"),
    ],
)
def test_what_no_answer_may_hold_is_named_by_its_type(event: object, rule: str) -> None:
    with pytest.raises(AgentCrashedError) as raised:
        size_of(event)

    assert str(raised.value).startswith(rule)


def test_a_ragged_table_cannot_even_be_made() -> None:
    with pytest.raises(ValueError, match="a row does not fit"):
        a_table(("x",), ("x", "y"))


@pytest.mark.parametrize(
    ("event", "size"),
    [
        (Delta(""), 2),
        (Delta("JKH"), 5),
        (Delta("රු"), 8),
        (Delta('"\n'), 6),
        (a_step(detail="d"), len('["n","l","d","done"]')),
        (
            Basis(model_used="m", as_of=date(2026, 7, 24), sources=("s",)),
            len('["m","2026-07-24",["s"]]'),
        ),
        (
            a_table(("x",), (1,), (2.5,), (None,), (2**53 - 1,)),
            len(
                '{"type":"table","title":"T","columns":[{"name":"a","label":"A","type":"text",'
                '"unit":"","decimals":null}],"rows":[["x"],[1],[2.5],[null],[9007199254740991]]}'
            ),
        ),
        (
            Series(
                title="S",
                columns=(Column(name="a", label="A", type=ColumnType.NUMBER, decimals=2),),
                points=(),
            ),
            len(
                '{"type":"series","title":"S","columns":[{"name":"a","label":"A",'
                '"type":"number","unit":"","decimals":2}],"rows":[]}'
            ),
        ),
    ],
)
def test_what_may_be_said_counts_by_its_json(event: AgentEvent, size: int) -> None:
    assert size_of(event) == EVENT_BYTES + size


@pytest.mark.parametrize(
    "event",
    [
        Delta("x" * (MAX_ANSWER_BYTES + 1)),
        a_table(("x" * (MAX_ANSWER_BYTES + 1),)),
        Table(title="T", columns=(), rows=((),) * (MAX_ANSWER_BYTES + 1)),
        a_table(*((object(), "x"),) * (MAX_ANSWER_BYTES // 2 + 1), columns=COLUMNS * 2),
    ],
)
def test_what_is_too_large_by_itself_is_refused_before_it_is_copied(event: AgentEvent) -> None:
    with pytest.raises(AnswerTooLargeError, match="768 KiB"):
        size_of(event)
