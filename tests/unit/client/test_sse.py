"""Streams of server-sent events, cut anywhere; beside a parser that is read off the standard."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cse_chat.client.errors import UnintelligibleError
from cse_chat.client.sse import ServerSentEvent, ServerSentEvents

LINES = st.one_of(
    st.sampled_from(
        [
            "",
            "",
            "data",
            "data:",
            "data: a: b",
            "data:  two spaces",
            "event: delta",
            "event",
            "id: 1-2",
            "id",
            "id: \0",
            "retry: 2500",
            "retry: soon",
            "retry: ٣",  # a digit, but none of ASCII
            ": a comment",
            ":",
            "nonsense: x",
            "dätä: ä",
        ]
    ),
    st.text("da: \0\u2028é\U0001f600", max_size=8),
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Return lines with ends of every kind, perhaps behind a byte order mark."""
    lines = draw(st.lists(st.tuples(LINES, ENDS), max_size=30))
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return (mark + "".join(line + end for line, end in lines)).encode()


def chunks_of(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[start:end] for start, end in pairwise(places)]


def taken(*chunks: bytes) -> list[ServerSentEvent]:
    events = ServerSentEvents()
    return [event for chunk in chunks for event in events.take(chunk)]


def by_the_standard(stream: bytes) -> list[ServerSentEvent]:
    """Read a whole stream step by step as the standard says it, without a thought for speed."""
    text = stream.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    told, name, data, last_id = [], "", "", ""
    for line in text.split("\n")[:-1]:  # what no end of a line ends is not there yet
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                told.append(ServerSentEvent(name or "message", data[:-1], last_id))
            name, data = "", ""
        elif field == "data":
            data += value + "\n"
        elif field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            last_id = value
    return told


@given(streams(), st.lists(st.integers(0, 10_000), max_size=12))
def test_wherever_a_stream_is_cut_its_events_are_those_of_the_standard(
    stream: bytes, cuts: list[int]
) -> None:
    assert taken(*chunks_of(stream, cuts)) == by_the_standard(stream)


@given(streams())
def test_a_stream_may_come_byte_by_byte(stream: bytes) -> None:
    assert taken(*(bytes([byte]) for byte in stream)) == by_the_standard(stream)


def test_an_event_has_its_lines_joined() -> None:
    assert taken(b"id: 7\nevent: e\ndata: one\ndata: two\n\n") == [
        ServerSentEvent("e", "one\ntwo", "7")
    ]


def test_an_event_that_is_not_ended_is_none() -> None:
    assert taken(b"data: a\n\ndata: b\n") == [ServerSentEvent("message", "a", "")]


def test_a_character_may_be_cut() -> None:
    assert taken(b"data: \xc3", b"", b"\xa4\n\n") == [ServerSentEvent("message", "ä", "")]


def test_what_is_no_utf_8_is_replaced() -> None:
    assert taken(b"data: \xff\n\n") == [ServerSentEvent("message", "\ufffd", "")]


def test_retry_is_in_seconds_and_only_of_digits() -> None:
    events = ServerSentEvents()
    wishes = [events.retry]

    for line in (b"retry: 1500\n\n", b"retry: 1.5\nretry:\nretry: -1\n\n"):
        assert list(events.take(line)) == []
        wishes.append(events.retry)

    assert wishes == [None, 1.5, 1.5]


@pytest.mark.parametrize("chunk", [b"data: " + b"x" * 100, b"data: xxxxxxxxxx\n" * 10])
def test_an_endless_event_is_refused_instead_of_kept(chunk: bytes) -> None:
    events = ServerSentEvents(most_bytes=64)

    with pytest.raises(UnintelligibleError, match="more than 64 bytes"):
        list(events.take(chunk))
