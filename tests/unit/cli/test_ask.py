"""`cse-chat ask` against a service that is played by the test."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cse_chat.entrypoints.cli.ask import ask
from cse_chat.entrypoints.cli.asking import RunningService, document_of
from cse_chat.entrypoints.cli.exit_codes import ExitCode
from cse_chat.entrypoints.cli.outcomes import answer_in
from tests.unit.cli.played import (
    ANSWER,
    HERE,
    OPEN,
    PROBLEM,
    UNAVAILABLE,
    URL,
    PlayedService,
    PlayedTime,
    failure_of,
    respond,
    timeout_problem,
)


def ask_played(service: PlayedService, question: str = "Who gained?", **options: Any) -> None:  # noqa: ANN401 -- as `ask` takes them
    usual: dict[str, Any] = {"url": URL, "thread_id": None, "wait": 60, "as_json": False}
    ask(question, transport=service, **(usual | options))


def test_the_answer_is_printed_with_date_source_and_thread(
    capsys: pytest.CaptureFixture[str],
) -> None:
    service = PlayedService(respond(200, ANSWER))

    ask_played(service, thread_id="thread_1")

    (request,) = service.requests
    assert str(request.url) == f"{URL}/api/chat"
    assert json.loads(request.content) == {"message": "Who gained?", "thread_id": "thread_1"}
    assert request.headers["Prefer"] == "respond-async, wait=60"
    printed = capsys.readouterr().out
    assert printed.startswith("Alpha gained.\n")
    assert "As of 2026-07-24 · Source: CSE" in printed
    assert "--url http://127.0.0.1:8000 --thread thread_1" in printed


def test_without_a_url_the_settings_say_where_the_service_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CSE_CHAT__HTTP__PORT", "8123")
    service = PlayedService(respond(200, ANSWER))

    ask_played(service, url=None)

    assert str(service.requests[0].url) == "http://127.0.0.1:8123/api/chat"
    assert json.loads(service.requests[0].content) == {"message": "Who gained?"}
    assert "--url" not in capsys.readouterr().out


@pytest.mark.parametrize("first", [lambda: respond(202, OPEN, HERE), timeout_problem])
def test_an_answer_that_takes_longer_is_followed(
    capsys: pytest.CaptureFixture[str], first: Callable[[], httpx.Response]
) -> None:
    time = PlayedTime()
    played = PlayedService(first(), respond(202, OPEN), respond(202, OPEN), respond(200, ANSWER))
    service = RunningService(url=httpx.URL(URL), transport=played, monotonic=time, pause=time.pause)

    response = service.ask("Who gained?", thread_id=None, wait=60)

    assert response.json() == ANSWER
    assert [request.url.path for request in played.requests[1:]] == [HERE] * 3
    assert [request.url.params["wait"] for request in played.requests[1:]] == [
        "60.000",
        "59.000",
        "58.000",
    ]
    assert capsys.readouterr().out == ""


def test_when_patience_ends_it_says_where_the_answer_will_be() -> None:
    error = failure_of(lambda: ask_played(PlayedService(respond(202, OPEN, HERE)), wait=0))

    assert error.code == ExitCode.UNFINISHED
    assert f"curl -s '{URL}{HERE}?wait=30'" in str(error)


def test_the_place_is_known_after_polling_as_well() -> None:
    time = PlayedTime()
    played = PlayedService(respond(202, OPEN, HERE), respond(202, OPEN))
    service = RunningService(url=httpx.URL(URL), transport=played, monotonic=time, pause=time.pause)

    response = service.ask("Who gained?", thread_id=None, wait=1)

    assert response.url.path == HERE
    assert response.status_code == 202


@pytest.mark.parametrize(
    ("retry_after", "pause"), [("5", 5), ("0", 1), ("Wed, 21 Oct 2026 07:28:00 GMT", 1)]
)
@pytest.mark.parametrize("status", [429, 503])
def test_an_answer_that_cannot_be_read_now_is_read_again_when_the_service_says(
    status: int, retry_after: str, pause: int
) -> None:
    time = PlayedTime()
    unavailable = respond(status, UNAVAILABLE)
    unavailable.headers["Retry-After"] = retry_after
    played = PlayedService(respond(202, OPEN, HERE), unavailable, respond(200, ANSWER))
    service = RunningService(url=httpx.URL(URL), transport=played, monotonic=time, pause=time.pause)

    response = service.ask("Who gained?", thread_id=None, wait=60)

    assert response.json() == ANSWER
    assert time.now == pause


def test_an_answer_that_cannot_be_read_before_patience_ends_can_be_read_later() -> None:
    time = PlayedTime()
    played = PlayedService(respond(202, OPEN, HERE), respond(503, UNAVAILABLE))
    service = RunningService(url=httpx.URL(URL), transport=played, monotonic=time, pause=time.pause)

    response = service.ask("Who gained?", thread_id=None, wait=1)
    error = failure_of(lambda: answer_in(response, waited=1))

    assert error.code == ExitCode.UNFINISHED
    assert f"curl -s '{URL}{HERE}?wait=30'" in str(error)


def test_a_question_that_is_not_accepted_now_is_refused() -> None:
    error = failure_of(lambda: ask_played(PlayedService(respond(503, UNAVAILABLE))))

    assert (error.code, str(error)) == (
        ExitCode.REFUSED,
        "Storage unavailable: Try again later.",
    )


def test_an_address_elsewhere_is_not_followed() -> None:
    """A question and its answer are for the service that the person named."""
    service = PlayedService(respond(202, OPEN, "http://elsewhere.example/api/chat/c1"))

    error = failure_of(lambda: ask_played(service))

    assert error.code == ExitCode.UNFINISHED
    assert len(service.requests) == 1


def test_json_is_printed_as_the_service_gave_it(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ANSWER | {"response": "සිංහල \u2028 \x9b end"}

    ask_played(PlayedService(respond(200, answer)), as_json=True)

    printed = capsys.readouterr().out
    assert json.loads(printed) == answer
    assert "සිංහල \\u2028 \\u009b end" in printed


def test_a_problem_is_told_with_its_faults(capsys: pytest.CaptureFixture[str]) -> None:
    error = failure_of(lambda: ask_played(PlayedService(respond(400, PROBLEM)), as_json=True))

    assert error.code == ExitCode.REFUSED
    assert str(error).splitlines() == [
        "Invalid request: The request has faults.",
        "  /message: must have 1 to 4,000 characters",
        "  (request r1)",
    ]
    assert json.loads(capsys.readouterr().out) == PROBLEM


def test_an_outcome_without_an_answer_is_told() -> None:
    failed = OPEN | {"status": "failed", "problem": {"title": "Agent failed", "detail": "No."}}

    error = failure_of(
        lambda: ask_played(PlayedService(respond(202, OPEN, HERE), respond(200, failed)))
    )

    assert (error.code, str(error)) == (ExitCode.REFUSED, "Agent failed: No.")


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[1]),
        httpx.Response(404, json={"error": "what?"}),
        httpx.Response(504, text="upstream"),
    ],
)
def test_something_else_that_answers_is_named(response: httpx.Response) -> None:
    error = failure_of(lambda: ask_played(PlayedService(response), as_json=True))

    assert error.code == ExitCode.REFUSED
    assert f"{URL}/ is no cse-chat service" in str(error)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (httpx.ConnectError("refused"), "nothing listens at http://127.0.0.1:8000: start it with"),
        (httpx.ConnectTimeout("slow"), "nothing listens at"),
        (httpx.ReadError("reset"), "broke before the answer came"),
        (httpx.ReadTimeout("slow"), "broke before the answer came"),
    ],
)
def test_a_service_that_cannot_be_reached_is_told(fault: Exception, words: str) -> None:
    error = failure_of(lambda: ask_played(PlayedService(fault)))

    assert error.code == ExitCode.UNREACHABLE
    assert words in str(error)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host", "http://", "http://h:port", "/x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    error = failure_of(lambda: ask_played(PlayedService(), url=url))

    assert error.code == ExitCode.UNUSABLE
    assert "--url must be" in str(error)


def test_bytes_that_are_no_text_are_refused() -> None:
    """A shell hands them over as lone surrogates."""
    error = failure_of(lambda: ask_played(PlayedService(), question="caf\udce9"))

    assert (error.code, str(error)) == (ExitCode.UNUSABLE, "the question is not UTF-8 text")


def test_a_connection_that_breaks_after_the_question_was_accepted_says_where_the_answer_is() -> (
    None
):
    service = PlayedService(respond(202, OPEN, HERE), httpx.ReadError("reset"))

    error = failure_of(lambda: ask_played(service))

    assert error.code == ExitCode.UNREACHABLE
    assert "the question was accepted" in str(error)
    assert f"curl -s '{URL}{HERE}?wait=30'" in str(error)


def test_a_place_that_is_no_address_is_not_followed() -> None:
    service = PlayedService(respond(202, OPEN, "http://[nowhere"))

    assert failure_of(lambda: ask_played(service)).code == ExitCode.UNFINISHED


def test_what_json_does_not_have_is_no_document() -> None:
    assert document_of(httpx.Response(200, text='{"a": NaN}')) == {}


def test_the_last_turns_of_a_conversation_are_read_page_by_page() -> None:
    turns = [{"role": "user", "content": str(number)} for number in range(5)]
    played = PlayedService(
        respond(200, {"messages": turns[:3], "next": "n1"}),
        respond(200, {"messages": turns[3:], "next": None}),
    )
    service = RunningService(url=httpx.URL(URL), transport=played)

    assert service.last_turns("thread 1", most=3) == turns[2:]
    assert played.requests[0].url.raw_path.startswith(b"/api/threads/thread%201/messages?")
    assert played.requests[1].url.params["after"] == "n1"


def test_a_conversation_that_cannot_be_read_is_told() -> None:
    played = PlayedService(respond(404, PROBLEM))
    service = RunningService(url=httpx.URL(URL), transport=played)

    response = service.last_turns("thread_1", most=3)

    assert isinstance(response, httpx.Response)
    assert response.status_code == 404
