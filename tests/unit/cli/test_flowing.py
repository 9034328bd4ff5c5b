"""Text that comes in pieces, on lines of a width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cse_chat.entrypoints.cli.flowing import Flow

PIECES = st.lists(st.sampled_from(["a", "bcd", " ", "  ", "\n", "word ", "\u0dc3\u0dd2", "漢字"]))


def flowed(*pieces: str, width: int | None) -> str:
    written: list[str] = []
    flow = Flow(written.append, width=width)
    for piece in pieces:
        flow.add(piece)
    flow.end()
    return "".join(written)


@given(PIECES)
def test_where_pieces_are_parted_changes_no_line(pieces: list[str]) -> None:
    assert flowed(*pieces, width=10) == flowed("".join(pieces), width=10)


@given(PIECES)
def test_no_word_is_lost_and_no_line_is_too_wide(pieces: list[str]) -> None:
    text = "".join(pieces)

    shown = flowed(*pieces, width=10)

    assert shown.split() == text.split()
    lines = shown.rstrip().split("\n")
    assert all(cell_len(line) <= 10 for line in lines if len(line.split()) > 1)


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (("one two", " three"), "one two\nthree\n"),
        (("one two three",), "one two\nthree\n"),
        (("abcdefghijklm no",), "abcdefghijklm\nno\n"),
        (("one\n\n  two",), "one\n\n  two\n"),
        (("漢字漢字 漢字",), "漢字漢字\n漢字\n"),
    ],
)
def test_lines_are_broken_between_words(pieces: tuple[str, ...], shown: str) -> None:
    assert flowed(*pieces, width=10) == shown


def test_without_a_width_everything_is_written_as_it_comes() -> None:
    written: list[str] = []
    flow = Flow(written.append, width=None)

    flow.add("one tw")
    flow.add("o\n")

    assert written == ["one tw", "o\n"]
    assert flow.text == "one two\n"
