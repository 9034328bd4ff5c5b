"""A conversation with a service that is played by the test."""

import json
import signal
from contextlib import AbstractContextManager, nullcontext

import httpx
import pytest
from typing_extensions import override

from cse_chat.entrypoints.cli.asking import RunningService, document_of
from cse_chat.entrypoints.cli.conversations import Conversation, Unanswered
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.interrupts import interrupted_afterwards, interrupted_at_once
from tests.unit.cli.played import (
    PROBLEM,
    UNAVAILABLE,
    URL,
    PlayedService,
    PlayedTime,
    accepted,
    answered,
    respond,
)


class Noted:
    """A listener that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def waiting(self) -> AbstractContextManager[object]:
        return nullcontext()

    def ended(self, response: httpx.Response, *, late_to: str | None) -> None:
        document = document_of(response)
        self.told.append((document.get("response", document.get("title")), late_to))

    def outlasted(self, question: Unanswered) -> None:
        self.told.append(("outlasted", question.question))

    def failed(self, error: CommandFailedError) -> None:
        self.told.append(error.code)

    def hindered(self, error: CommandFailedError) -> None:
        self.told.append(("hindered", error.code))


def a_conversation(service: PlayedService, *, wait: float = 60) -> tuple[Conversation, Noted]:
    time, noted = PlayedTime(), Noted()
    running = RunningService(
        url=httpx.URL(URL), transport=service, monotonic=time, pause=time.pause
    )
    return Conversation(running, noted, thread_id=None, wait=wait), noted


def test_a_question_is_accepted_first_and_then_waited_for() -> None:
    """Else nobody knows where its answer will be when the waiting is stopped."""
    service = PlayedService(accepted(), answered("A"))
    conversation, noted = a_conversation(service)

    conversation.ask("a?")

    assert service.requests[0].headers["Prefer"] == "respond-async"
    assert noted.told == [("A", None)]
    assert conversation.unanswered == ()


def test_the_thread_of_the_first_answer_is_kept_until_one_begins_anew() -> None:
    service = PlayedService(*[accepted(), answered("A")] * 3)
    conversation, _ = a_conversation(service)

    conversation.ask("one")
    conversation.ask("two")
    conversation.begin_anew()
    conversation.ask("three")

    asked = [json.loads(request.content) for request in service.requests[::2]]
    assert [question.get("thread_id") for question in asked] == [None, "thread_1", None]


def test_a_late_answer_comes_before_those_that_were_asked_for_after_it() -> None:
    service = PlayedService(
        accepted(1), accepted(1), accepted(2), answered("late"), answered("second")
    )
    conversation, noted = a_conversation(service, wait=1)

    conversation.ask("first?")
    conversation.ask("second?")

    assert noted.told == [
        ("outlasted", "first?"),
        ("late", "first?"),
        ("second", None),
    ]


def test_stopping_to_wait_does_not_lose_the_question() -> None:
    service = PlayedService(accepted(), KeyboardInterrupt(), accepted(), answered("A"))
    conversation, noted = a_conversation(service)

    with pytest.raises(KeyboardInterrupt):
        conversation.ask("a?")
    (left,) = conversation.unanswered
    conversation.look_for_late_answers()
    assert noted.told == []
    conversation.look_for_late_answers()

    assert str(left.address) == f"{URL}/api/chat/c1"
    assert noted.told == [("A", "a?")]
    assert conversation.unanswered == ()


def test_a_service_that_is_away_ends_nothing() -> None:
    service = PlayedService(
        httpx.ConnectError("refused"),
        accepted(),
        httpx.ReadError("reset"),
        httpx.ConnectError("refused"),
        respond(404, PROBLEM),
        accepted(),
        answered("B"),
    )
    conversation, noted = a_conversation(service)

    conversation.ask("nobody hears it")
    conversation.ask("lost with the service")
    assert not conversation.look_for_late_answers()
    assert conversation.look_for_late_answers()
    conversation.ask("b?")

    assert noted.told == [
        ExitCode.UNREACHABLE,
        ("hindered", ExitCode.UNREACHABLE),
        ("hindered", ExitCode.UNREACHABLE),
        ("Invalid request", "lost with the service"),
        ("B", None),
    ]


def test_a_service_that_cannot_read_an_answer_now_ends_nothing() -> None:
    service = PlayedService(
        accepted(), respond(503, UNAVAILABLE), respond(503, UNAVAILABLE), answered("A")
    )
    conversation, noted = a_conversation(service, wait=1)

    conversation.ask("a?")
    assert conversation.look_for_late_answers()
    (left,) = conversation.unanswered
    conversation.look_for_late_answers()

    assert str(left.address) == f"{URL}/api/chat/c1"
    assert noted.told == [("outlasted", "a?"), ("A", "a?")]
    assert conversation.unanswered == ()


def test_a_refused_question_is_told_at_once() -> None:
    conversation, noted = a_conversation(PlayedService(respond(400, PROBLEM)))

    conversation.ask("")

    assert noted.told == [("Invalid request", None)]


def test_an_acceptance_without_a_place_is_passed_on() -> None:
    conversation, noted = a_conversation(PlayedService(respond(202, {"status": "accepted"})))

    conversation.ask("a?")

    assert noted.told == [(None, None)]


def test_ctrl_c_while_a_question_is_sent_comes_when_it_is_known_where_its_answer_will_be() -> None:
    class Pressed(PlayedService):
        @override
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            signal.raise_signal(signal.SIGINT)
            return super().handle_request(request)

    conversation, noted = a_conversation(Pressed(accepted()))

    with pytest.raises(KeyboardInterrupt):
        conversation.ask("a?")

    assert [question.question for question in conversation.unanswered] == ["a?"]
    assert noted.told == []


CANCELLED = {
    "correlation_id": "c2",
    "thread_id": "thread_1",
    "status": "cancelled",
    "problem": {"title": "Cancelled", "detail": "The question was cancelled."},
    "title": "Cancelled",
}


class Stopped(PlayedService):
    """A service whose last answer is awaited in vain: somebody presses Ctrl+C."""

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.params.get("wait"):
            raise KeyboardInterrupt
        return super().handle_request(request)


def stopped(*answers: httpx.Response | BaseException) -> tuple[Conversation, Noted, Stopped]:
    """Return a conversation in which a question outlasted the wait, and the next was stopped."""
    service = Stopped(accepted(1), accepted(2), *answers)
    conversation, noted = a_conversation(service, wait=0)
    conversation.ask("a?")
    conversation._wait = 60
    with pytest.raises(KeyboardInterrupt):
        conversation.ask("b?")
    noted.told.clear()
    return conversation, noted, service


def test_the_question_that_was_asked_last_is_cancelled_and_no_other() -> None:
    conversation, noted, service = stopped(respond(200, CANCELLED))

    assert conversation.cancel()

    request = service.requests[-1]
    assert (request.method, request.url.path) == ("POST", "/api/chat/c2/cancel")
    assert noted.told == [("Cancelled", None)]
    assert [question.question for question in conversation.unanswered] == ["a?"]
    assert not conversation.cancel()


def test_an_answer_that_was_first_is_shown_instead() -> None:
    conversation, noted, _ = stopped(answered("B"))

    assert conversation.cancel()

    assert noted.told == [("B", None)]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (respond(404, PROBLEM), []),
        (respond(503, UNAVAILABLE), []),
        (httpx.ConnectError("refused"), [("hindered", ExitCode.UNREACHABLE)]),
    ],
)
def test_what_could_not_be_cancelled_is_still_to_be_answered(
    answer: httpx.Response | BaseException, told: list[object]
) -> None:
    """By a service that is older than that, say."""
    conversation, noted, _ = stopped(answer)

    assert not conversation.cancel()

    assert noted.told == told
    assert [question.question for question in conversation.unanswered] == ["a?", "b?"]


def test_a_question_that_was_not_accepted_is_not_cancelled_nor_the_one_before_it() -> None:
    conversation, _, service = stopped(respond(400, PROBLEM))
    conversation.ask("")
    asked = len(service.requests)

    assert not conversation.cancel()

    assert len(service.requests) == asked


def test_a_second_ctrl_c_does_not_wait_and_the_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    done = []

    with pytest.raises(KeyboardInterrupt), interrupted_afterwards():
        signal.raise_signal(signal.SIGINT)
        done.append("went on")
        signal.raise_signal(signal.SIGINT)
        done.append("never")

    assert done == ["went on"]
    assert signal.getsignal(signal.SIGINT) is before


def test_what_ignores_ctrl_c_goes_on_doing_so() -> None:
    """A shell has it so for what runs in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupted_at_once():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
