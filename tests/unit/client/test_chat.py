"""Asking, reading and cancelling, at a service that is played by the test."""

import json
from datetime import timedelta

import httpx
import pytest

from cse_chat.client.chat import ChatClient
from cse_chat.client.errors import (
    AcceptanceUnknownError,
    ProblemError,
    UnansweredError,
    UnintelligibleError,
    UnreachableError,
)
from cse_chat.client.outcomes import Answer, Open, Unanswered
from tests.unit.client.played import (
    ANSWER,
    OPEN,
    UNANSWERED,
    Played,
    accepted,
    problem,
    stream_of,
)
from tests.unit.client.told import AT, ID, THREAD, frame

REFUSED = httpx.ConnectError("refused")


async def test_a_question_is_accepted_first_and_then_followed() -> None:
    async with Played(accepted(), stream_of(frame("accepted", 1), frame("answered", 2))) as played:
        answer = await played.client.ask(
            "Why?", thread_id=THREAD, metadata={"client_type": "test"}, if_busy="reject"
        )

    asked = played.service.requests[0]
    assert (asked.method, asked.url.path, asked.headers["Prefer"]) == (
        "POST",
        "/api/chat",
        "respond-async",
    )
    assert json.loads(asked.content) == {
        "message": "Why?",
        "thread_id": THREAD,
        "metadata": {"client_type": "test"},
        "if_busy": "reject",
    }
    assert answer.text == "abc"


async def test_what_is_not_said_is_not_sent() -> None:
    async with Played(accepted()) as played:
        assert (await played.client.send("Why?")).correlation_id == ID

    assert json.loads(played.service.requests[0].content) == {"message": "Why?"}


async def test_what_happens_is_told_up_to_an_end_without_an_answer_too() -> None:
    async with Played(accepted(), stream_of(frame("started", 1), frame("failed", 2))) as played:
        assert [event.type async for event in played.client.stream("Why?")] == [
            "started",
            "failed",
        ]


async def test_an_end_without_an_answer_is_an_error_of_who_asks_for_one() -> None:
    async with Played(accepted(), stream_of(frame("cancelled", 1))) as played:
        with pytest.raises(UnansweredError, match="cancelled: It failed") as caught:
            await played.client.ask("Why?")

    assert caught.value.outcome.status == "cancelled"


async def test_where_nothing_is_told_of_a_question_that_is_over_its_outcome_is_read() -> None:
    async with Played(accepted(), httpx.Response(204), httpx.Response(200, json=ANSWER)) as played:
        assert (await played.client.ask("Why?")).text == "abc"

    async with Played(accepted(), httpx.Response(204), accepted()) as played:
        with pytest.raises(UnintelligibleError, match="is over, and is accepted"):
            await played.client.ask("Why?")


async def test_a_question_that_was_not_sent_is_sent_elsewhere() -> None:
    async with Played(REFUSED, httpx.ConnectTimeout("slow"), accepted()) as played:
        await played.client.send("Why?")

    assert [request.url.host for request in played.service.requests] == ["first", "second", "first"]


@pytest.mark.parametrize(
    "lost", [httpx.ReadError("reset"), httpx.WriteError("pipe"), httpx.ReadTimeout("")]
)
async def test_a_question_whose_answer_is_lost_is_never_asked_again(lost: Exception) -> None:
    async with Played(lost, accepted()) as played:
        with pytest.raises(AcceptanceUnknownError, match="unknown whether the question"):
            await played.client.send("Why?")

    assert len(played.service.requests) == 1


@pytest.mark.parametrize(
    ("reply", "known_as"),
    [
        (problem(503, "acceptance-unknown", correlation_id=ID), ID),
        (problem(500, "internal-error"), None),
        (httpx.Response(502, text="Bad gateway"), None),
        (httpx.Response(503, text="nginx"), None),
    ],
)
async def test_nor_one_of_which_nobody_can_say_whether_it_was_accepted(
    reply: httpx.Response, known_as: str | None
) -> None:
    async with Played(reply, accepted()) as played:
        with pytest.raises(AcceptanceUnknownError) as caught:
            await played.client.send("Why?")

    assert caught.value.correlation_id == known_as
    assert len(played.service.requests) == 1


@pytest.mark.parametrize("slug", ["not-accepted", "overloaded"])
async def test_of_what_nothing_was_kept_every_gateway_is_asked_once(slug: str) -> None:
    async with Played(problem(503, slug), accepted()) as played:
        await played.client.send("Why?")
    assert [request.url.host for request in played.service.requests] == ["first", "second"]

    async with Played(problem(503, slug), problem(503, slug), accepted()) as played:
        with pytest.raises(ProblemError) as caught:
            await played.client.send("Why?")
    assert caught.value.slug == slug


async def test_a_service_that_is_away_is_given_up_and_nothing_was_asked() -> None:
    async with Played(*[REFUSED] * 100) as played:
        with pytest.raises(UnreachableError, match="refused"):
            await played.client.send("Why?")


async def test_a_refusal_says_what_is_wrong_with_the_question() -> None:
    reply = problem(
        400,
        "invalid-request",
        errors=[{"pointer": "/message", "detail": "must not be blank"}],
        request_id="r1",
    )
    async with Played(reply) as played:
        with pytest.raises(ProblemError, match="/message: must not be blank") as caught:
            await played.client.send("")

    error = caught.value
    assert (error.status, error.slug, error.request_id) == (400, "invalid-request", "r1")
    assert error.faults[0].pointer == "/message"


async def test_a_question_that_has_ended_already_was_accepted() -> None:
    async with Played(httpx.Response(200, json=ANSWER)) as played:
        assert (await played.client.send("Why?")).status == "answered"

    async with Played(problem(502, "agent-failed", correlation_id=ID)) as played:
        with pytest.raises(ProblemError) as caught:
            await played.client.send("Why?")
    assert caught.value.correlation_id == ID


async def test_what_is_no_service_of_ours_is_told() -> None:
    async with Played(httpx.Response(404, text="nginx")) as played:
        with pytest.raises(UnintelligibleError, match="status 404"):
            await played.client.send("Why?")


@pytest.mark.parametrize(
    ("reply", "shape"),
    [
        (httpx.Response(202, json=OPEN), Open),
        (httpx.Response(200, json=ANSWER), Answer),
        (httpx.Response(200, json=UNANSWERED), Unanswered),
    ],
)
async def test_a_question_is_read_as_it_stands(reply: httpx.Response, shape: type) -> None:
    async with Played(httpx.ReadError("reset"), problem(503, "x"), reply) as played:
        outcome = await played.client.read(ID, wait=timedelta(seconds=3))

    assert type(outcome) is shape
    assert played.service.requests[-1].url.params["wait"] == "3.000"


async def test_cancelling_may_be_repeated_and_tells_what_holds() -> None:
    replies = (
        httpx.ReadError("reset"),
        problem(503, "cancel-unavailable"),
        httpx.Response(200, json=UNANSWERED),
    )
    async with Played(*replies) as played:
        outcome = await played.client.cancel(ID)

    assert isinstance(outcome, Unanswered)
    assert {request.method for request in played.service.requests} == {"POST"}
    assert {request.url.path for request in played.service.requests} == {f"/api/chat/{ID}/cancel"}


async def test_what_is_not_known_is_a_problem() -> None:
    async with Played(problem(404, "not-found"), problem(404, "not-found")) as played:
        with pytest.raises(ProblemError):
            await played.client.read(ID)
        with pytest.raises(ProblemError):
            await played.client.cancel(ID)


async def test_the_history_is_read_page_by_page() -> None:
    def page(content: str, following: str | None) -> httpx.Response:
        turn = {"role": "user", "content": content, "timestamp": AT, "correlation_id": ID}
        return httpx.Response(200, json={"messages": [turn], "next": following})

    async with Played(page("one", "p2"), page("two", None)) as played:
        turns = [turn.content async for turn in played.client.history(THREAD)]

    assert turns == ["one", "two"]
    assert [request.url.params.get("after") for request in played.service.requests] == [None, "p2"]


async def test_a_history_that_is_not_there_is_a_problem() -> None:
    async with Played(problem(404, "not-found")) as played:
        with pytest.raises(ProblemError):
            await anext(played.client.history(THREAD))


@pytest.mark.parametrize("urls", [(), ("ftp://x",), ("",), ("http://x:port",), ("http://",)])
def test_an_address_that_cannot_be_one_is_refused_at_once(urls: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="gateway"):
        ChatClient(*urls)


async def test_a_path_in_front_of_the_service_is_kept() -> None:
    async with Played(accepted(), urls=("https://first/behind/",)) as played:
        await played.client.send("Why?")

    assert played.service.asked == ["first /behind/api/chat"]
