"""Reading answers off a socket, and judging them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.answers import Answer, AnswerReader, UnreadableAnswerError, is_right

BODY = b'{"correlation_id":"abc","response":"four words, no more"}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nx-correlation-id: abc\r\n\r\n%b" % (
    len(BODY),
    BODY,
)


@given(st.sets(st.integers(1, len(WHOLE) - 1)))
def test_an_answer_is_the_same_in_however_many_pieces_it_comes(cuts: set[int]) -> None:
    pieces = [WHOLE[start:end] for start, end in pairwise([0, *sorted(cuts), len(WHOLE)])]
    reader = AnswerReader()

    answers = [reader.feed(piece) for piece in pieces]

    assert answers[:-1] == [None] * (len(pieces) - 1)
    assert answers[-1] == Answer(200, WHOLE.partition(b"\r\n\r\n")[0], BODY)


def test_a_reader_reads_one_answer_after_the_other() -> None:
    reader = AnswerReader()

    assert reader.feed(WHOLE) == reader.feed(WHOLE)


@pytest.mark.parametrize(
    "received",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\nContent-Length: 0\r\n\r\n",
        WHOLE + b"H",
    ],
)
def test_what_is_no_single_answer_with_a_length_is_refused(received: bytes) -> None:
    with pytest.raises(UnreadableAnswerError):
        AnswerReader().feed(received)


def test_a_right_answer_has_the_text_and_one_correlation_id() -> None:
    assert is_right(Answer(200, b"\r\nX-Correlation-ID: abc", BODY), b"four words")
    assert is_right(Answer(200, b"", BODY), b"four words")  # a bare handler names none


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503, b"\r\nx-correlation-id: abc", BODY),
        Answer(200, b"\r\nx-correlation-id: abd", BODY),
        Answer(200, b"\r\nx-correlation-id: abc", BODY.replace(b"four", b"five")),
    ],
)
def test_another_status_id_or_text_is_wrong(answer: Answer) -> None:
    assert not is_right(answer, b"four words")
