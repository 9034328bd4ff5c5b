"""`cse-chat chat` with lines from a pipe, against a service that is played by the test."""

import io
import json
import sys
from typing import Any

import httpx
import pytest

from cse_chat.entrypoints.cli.chat import chat
from cse_chat.entrypoints.cli.exit_codes import ExitCode
from cse_chat.entrypoints.cli.transcripts import Transcript
from tests.unit.cli.played import (
    OPEN,
    PROBLEM,
    URL,
    PlayedService,
    accepted,
    answered,
    failure_of,
    respond,
)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What is piped into the command."""
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(content, encoding="utf-8"))
    return content


def chat_played(pipe: io.BytesIO, lines: bytes, *answers: Any, **options: Any) -> PlayedService:  # noqa: ANN401 -- as `chat` takes them
    pipe.write(lines)
    pipe.seek(0)
    service = PlayedService(*answers)
    usual: dict[str, Any] = {
        "url": URL,
        "thread_id": None,
        "wait": 60,
        "as_json": False,
        "keep_history": True,
    }
    chat(transport=service, **(usual | options))
    return service


def test_each_line_is_a_question_and_blank_ones_are_none(
    pipe: io.BytesIO, capsys: pytest.CaptureFixture[str]
) -> None:
    service = chat_played(
        pipe,
        b"one?\n\n  \n/new\n",
        accepted(),
        answered("One."),
        accepted(),
        answered("New."),
        thread_id="thread_9",
    )

    asked = [json.loads(request.content) for request in service.requests[::2]]
    assert asked == [
        {"message": "one?", "thread_id": "thread_9"},
        {"message": "/new", "thread_id": "thread_1"},
    ]
    printed = capsys.readouterr().out
    assert printed.index("> one?\nOne.\n") < printed.index("> /new\nNew.\n")
    assert "Go on with" not in printed


def test_json_is_a_document_a_line(pipe: io.BytesIO, capsys: pytest.CaptureFixture[str]) -> None:
    lines = b"one?\ntwo?\nthree?\n"
    bidi = "One \u202e\u200f\x9b."

    error = failure_of(
        lambda: chat_played(
            pipe,
            lines,
            accepted(),
            answered(bidi),
            respond(400, PROBLEM),
            accepted(),
            answered("Three."),
            as_json=True,
        )
    )

    printed = capsys.readouterr()
    documents = [json.loads(line) for line in printed.out.splitlines()]
    assert documents[0]["response"] == bidi
    assert documents[1] == PROBLEM
    assert documents[2]["response"] == "Three."
    assert "\\u202e\\u200f\\u009b" in printed.out
    assert error.code == ExitCode.REFUSED
    assert "Invalid request" in printed.err


def test_the_exit_code_is_that_of_the_first_question_without_an_answer(
    pipe: io.BytesIO, capsys: pytest.CaptureFixture[str]
) -> None:
    error = failure_of(
        lambda: chat_played(
            pipe,
            b"one?\ncaf\xe9\ntwo?\n",
            httpx.ConnectError("refused"),
            accepted(),
            answered("Two."),
        )
    )

    assert error.code == ExitCode.UNREACHABLE
    assert str(error) == "2 questions have no answer; why is said above"
    printed = capsys.readouterr()
    assert "Two." in printed.out
    assert f"nothing listens at {URL}: start it with" in printed.err
    assert "line 2 is not UTF-8 text" in printed.err


def test_what_is_still_open_at_the_end_can_be_read_later(
    pipe: io.BytesIO, capsys: pytest.CaptureFixture[str]
) -> None:
    error = failure_of(
        lambda: chat_played(pipe, b"one?\n", accepted(), accepted(), as_json=True, wait=0)
    )

    assert error.code == ExitCode.UNFINISHED
    assert f"curl -s '{URL}/api/chat/c1?wait=30'" in str(error)
    printed = capsys.readouterr()
    assert json.loads(printed.out) == OPEN
    assert "no answer within 0 s" in printed.err


def test_a_wait_that_breaks_is_no_failure_once_the_answer_is_there(
    pipe: io.BytesIO, capsys: pytest.CaptureFixture[str]
) -> None:
    chat_played(
        pipe,
        b"one?\ntwo?\n",
        accepted(1),
        httpx.ReadError("reset"),
        accepted(2),
        answered("One."),
        answered("Two."),
    )

    printed = capsys.readouterr()
    assert "The answer to your earlier question: one?\nOne.\n" in printed.out
    assert "Two." in printed.out
    assert printed.err.count("broke; the question was accepted") == 1


def test_a_service_that_dies_leaves_its_question_to_be_read_later_and_is_told_once(
    pipe: io.BytesIO, capsys: pytest.CaptureFixture[str]
) -> None:
    away = [httpx.ConnectError("refused")] * 2

    error = failure_of(lambda: chat_played(pipe, b"one?\n", accepted(), *away))

    assert error.code == ExitCode.UNREACHABLE
    assert str(error).splitlines() == [
        "not every answer is there; they can be read later with",
        f"  curl -s '{URL}/api/chat/c1?wait=30'",
    ]
    told = capsys.readouterr().err
    assert told.count("nothing listens at") == 1
    assert "any more; the question was accepted" in told


def test_a_question_that_failed_and_one_that_is_open_are_told_apart(pipe: io.BytesIO) -> None:
    error = failure_of(
        lambda: chat_played(
            pipe, b"one?\ntwo?\n", accepted(1), respond(400, PROBLEM), accepted(1), wait=0
        )
    )

    assert error.code == ExitCode.REFUSED
    assert str(error).splitlines() == [
        "1 question has no answer; why is said above",
        "not every answer is there; they can be read later with",
        f"  curl -s '{URL}/api/chat/c1?wait=30'",
    ]


def test_a_late_answer_is_an_answer(pipe: io.BytesIO, capsys: pytest.CaptureFixture[str]) -> None:
    chat_played(pipe, b"one?\n", accepted(), answered("One."), wait=0)

    assert "The answer to your earlier question: one?\nOne.\n" in capsys.readouterr().out


def test_without_any_input_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A closed standard input is `None`."""
    monkeypatch.setattr(sys, "stdin", None)

    chat(url=URL, thread_id=None, wait=1, as_json=False, keep_history=True)

    assert capsys.readouterr().out == ""


def test_earlier_turns_are_shown_as_they_were_said(capsys: pytest.CaptureFixture[str]) -> None:
    Transcript(wait=1, as_json=False).turns(
        [
            {"role": "user", "content": "one?\x1b[2J"},
            {"role": "agent", "content": "One."},
            {"role": "agent", "content": "", "status": "failed", "problem": {"detail": "No."}},
            {"role": "agent", "content": "", "status": "expired"},
        ]
    )

    assert capsys.readouterr().out == "> one?[2J\nOne.\n\n(failed: No.)\n\n(expired)\n\n"
