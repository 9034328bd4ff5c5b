"""`cse-chat history` against a service that is played by the test."""

import json
from typing import Any

import pytest

from cse_chat.entrypoints.cli.exit_codes import ExitCode
from cse_chat.entrypoints.cli.history import list_threads, show_thread
from tests.unit.cli.played import PROBLEM, URL, PlayedService, failure_of, respond


def a_thread(number: int, **changes: object) -> dict[str, Any]:
    thread = {
        "id": f"thread_{number}",
        "title": f"Question {number}",
        "created": "2026-07-24T09:00:00Z",
        "updated": "2026-07-24T10:30:59Z",
        "turns": 2,
        "busy": False,
    }
    return {**thread, **changes}


def a_page(*numbers: int, following: str | None = None) -> dict[str, Any]:
    return {"threads": [a_thread(number) for number in numbers], "next": following}


TURNS: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": "Who gained?"},
        {"role": "agent", "content": "Alpha."},
        {"role": "user", "content": "And\x1b[2J who lost?"},
        {"role": "agent", "content": "", "status": "expired", "problem": {"detail": "Too late."}},
    ],
    "next": None,
}


def test_conversations_are_listed_with_their_titles(capsys: pytest.CaptureFixture[str]) -> None:
    page = {"threads": [a_thread(2, busy=True, turns=3), a_thread(1)], "next": None}
    service = PlayedService(respond(200, page))

    list_threads(url=URL, most=20, as_json=False, transport=service)

    assert str(service.requests[0].url) == f"{URL}/api/threads?limit=20"
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if "thread_" in line] == [
        ["2026-07-24", "10:30", "3", "+", "thread_2", "Question", "2"],
        ["2026-07-24", "10:30", "2", "thread_1", "Question", "1"],
    ]


def test_pages_are_read_until_there_are_enough(capsys: pytest.CaptureFixture[str]) -> None:
    service = PlayedService(
        respond(200, a_page(*range(100), following="5")),
        respond(200, a_page(*range(100, 200), following="7")),
    )

    list_threads(url=URL, most=150, as_json=True, transport=service)

    assert [dict(request.url.params) for request in service.requests] == [
        {"limit": "100"},
        {"limit": "100", "after": "5"},
    ]
    printed = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in printed["threads"]] == [f"thread_{n}" for n in range(150)]


def test_who_has_none_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    list_threads(url=URL, most=20, as_json=False, transport=PlayedService(respond(200, a_page())))

    assert capsys.readouterr().out.startswith("No conversations: ")


def test_what_was_said_is_shown_and_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    service = PlayedService(respond(200, TURNS))

    show_thread("thread_1", url=URL, most=20, as_json=False, transport=service)

    printed = capsys.readouterr().out
    assert printed.startswith("> Who gained?\nAlpha.\n\n> And[2J who lost?\n(expired: Too late.)")
    assert "\x1b" not in printed
    assert f"chat --url {URL} --thread thread_1" in printed


def test_as_json_the_last_turns_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    service = PlayedService(respond(200, TURNS))

    show_thread("thread_1", url=URL, most=2, as_json=True, transport=service)

    assert json.loads(capsys.readouterr().out) == {"messages": TURNS["messages"][2:]}


def test_a_conversation_that_is_not_there_is_told() -> None:
    service = PlayedService(respond(404, {**PROBLEM, "status": 404}))

    failed = failure_of(
        lambda: show_thread("gone", url=URL, most=20, as_json=False, transport=service)
    )

    assert failed.code is ExitCode.REFUSED
    assert "no such conversation" in str(failed)


@pytest.mark.parametrize(
    ("document", "says"), [(PROBLEM, "The request has faults."), ([1], "is no cse-chat service")]
)
def test_what_the_service_refuses_is_told(document: object, says: str) -> None:
    service = PlayedService(respond(400, document))

    failed = failure_of(lambda: list_threads(url=URL, most=20, as_json=False, transport=service))

    assert failed.code is ExitCode.REFUSED
    assert says in str(failed)
