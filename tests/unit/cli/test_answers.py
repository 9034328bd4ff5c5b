"""How an answer looks on a terminal."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from rich.console import Console

from cse_chat.adapters.wire.responses import (
    ArtifactWire,
    ChatResponse,
    ColumnWire,
    ResponseMetadata,
)
from cse_chat.domain.model.artifacts import Cell, ColumnType
from cse_chat.domain.model.outcomes import Durability
from cse_chat.entrypoints.cli.answers import print_answer
from cse_chat.entrypoints.cli.tables import rendered, shown


def a_column(
    label: str,
    kind: ColumnType = ColumnType.TEXT,
    *,
    name: str = "column",
    unit: str = "",
    decimals: int | None = None,
) -> ColumnWire:
    return ColumnWire(name=name, label=label, type=kind, unit=unit, decimals=decimals)


def a_table(*rows: tuple[Cell, ...]) -> ArtifactWire:
    return ArtifactWire(
        type="table",
        title="Top gainers",
        columns=(
            a_column("Company"),
            a_column("Close", ColumnType.NUMBER, unit="LKR", decimals=2),
            a_column("Change", ColumnType.PERCENT, name="change_percent", unit="%"),
        ),
        rows=rows,
    )


def a_response(*artifacts: ArtifactWire, text: str = "Two gained.") -> ChatResponse:
    return ChatResponse(
        correlation_id="c1",
        thread_id="thread_1",
        response=text,
        timestamp=datetime(2026, 7, 24, tzinfo=UTC),
        streaming=False,
        chunk_index=0,
        is_final=True,
        metadata=ResponseMetadata(
            processing_time_ms=1,
            model_used="cse-analyst/rules",
            queue_time_ms=0,
            attempt=1,
            durability=Durability.MEMORY,
            as_of=date(2026, 7, 24),
            sources=("CSE daily summary", "annual reports"),
        ),
        artifacts=artifacts,
    )


def lines_of(artifact: ArtifactWire) -> list[str]:
    console = Console(file=StringIO(), width=60, color_system=None)
    with console.capture() as printed:
        console.print(rendered(artifact))
    return [line.rstrip() for line in printed.get().splitlines()]


def test_figures_stand_to_the_right_under_their_unit_and_changes_have_a_sign() -> None:
    lines = lines_of(a_table(("Alpha", 1234.5, 3.25), ("Beta [b]", 7.0, -12.5)))

    assert lines[1] == "Top gainers"
    heading, first, second = lines[3], lines[5], lines[6]
    assert heading.split() == ["Company", "Close", "(LKR)", "Change"]
    assert first.split() == ["Alpha", "1,234.50", "+3.25%"]
    assert second.split() == ["Beta", "[b]", "7.00", "-12.50%"]
    assert first.index("1,234.50") + len("1,234.50") == second.index("7.00") + len("7.00")
    assert len(first) == len(second)


def test_of_a_long_table_the_first_rows_are_shown_and_the_others_counted() -> None:
    lines = lines_of(a_table(*((f"Company {number}", 1.0, 0.0) for number in range(53))))

    assert any("Company 49" in line for line in lines)
    assert not any("Company 50" in line for line in lines)
    assert lines[-1] == "... and 3 more rows (--json has all)"


@pytest.mark.parametrize(
    ("cell", "column", "text"),
    [
        (None, a_column("x", ColumnType.NUMBER), "-"),
        ("2026-07-24", a_column("x", ColumnType.DATE), "2026-07-24"),
        (1234567, a_column("x", ColumnType.INTEGER), "1,234,567"),
        (100, a_column("x", ColumnType.INTEGER), "100"),
        (0.12345678, a_column("x", ColumnType.NUMBER), "0.1235"),
        (2.0, a_column("x", ColumnType.NUMBER), "2"),
        (51.2, a_column("Share", ColumnType.PERCENT), "51.20%"),
        (51.25, a_column("Share", ColumnType.PERCENT, decimals=1), "51.2%"),
        (5.5, a_column("Return", ColumnType.PERCENT), "+5.50%"),
        (0.0, a_column("Gain", ColumnType.NUMBER), "0"),
        ("up", a_column("Change"), "up"),
        ("a\x1b[2Jb\u202e", a_column("x"), "a[2Jb"),
    ],
)
def test_a_cell_is_shown_as_a_person_reads_it(cell: Cell, column: ColumnWire, text: str) -> None:
    assert shown(cell, column) == text


def test_text_tables_date_sources_and_a_way_to_go_on_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_answer(
        a_response(a_table(("Alpha", 1.0, 2.0))), follow_up='cse-chat ask --thread thread_1 "..."'
    )

    printed = capsys.readouterr().out
    assert printed.startswith("Two gained.\n")
    assert "Alpha" in printed
    assert (
        "As of 2026-07-24 · Source: CSE daily summary; annual reports · cse-analyst/rules"
    ) in printed
    assert printed.endswith('Go on with: cse-chat ask --thread thread_1 "..."\n')


def test_an_answer_without_data_names_only_its_maker(capsys: pytest.CaptureFixture[str]) -> None:
    response = a_response()
    response = ChatResponse(
        **{field: getattr(response, field) for field in response.__struct_fields__}
        | {
            "metadata": ResponseMetadata(
                processing_time_ms=0,
                model_used="echo",
                queue_time_ms=0,
                attempt=1,
                durability=None,
                as_of=None,
                sources=(),
            )
        }
    )

    print_answer(response)

    assert "\necho\n" in capsys.readouterr().out


def test_an_answer_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(a_response(text="one\x1b[2J [bold]two[/bold]\u202e\nthree"))

    assert capsys.readouterr().out.startswith("one[2J [bold]two[/bold]\nthree\n")


def test_a_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    text = "word " * 100

    print_answer(a_response(text=text.strip()))

    assert text.strip() in capsys.readouterr().out
