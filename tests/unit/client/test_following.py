"""Following, interrupted in every way there is."""

from contextlib import aclosing
from typing import Any

import httpx
import pytest

from cse_chat.client.errors import ProblemError, UnintelligibleError, UnreachableError
from cse_chat.client.events import Event
from tests.unit.client.played import Body, Played, Reply, look, problem, stream_of
from tests.unit.client.told import ID, THREAD, cursor, document, frame

OF_QUESTION = f"/api/chat/{ID}/events"
OF_THREAD = f"/api/threads/{THREAD}/events"
RETRY = b"retry: 1000\n\n"
SHUTDOWN = b'event: shutdown\ndata: {"type":"shutdown"}\n\n'
BROKEN = httpx.ReadError("reset")


async def told(
    *replies: Reply,
    after: str | None = None,
    **options: Any,  # noqa: ANN401 -- as `Played`
) -> tuple[Played, list[int]]:
    """Return what happened to the question, as offsets, from a service that replies so."""
    async with Played(*replies, **options) as played:
        events = played.client.follow_question(ID, after=after)
        offsets = [offset_of(event) async for event in events]
    return played, offsets


def offset_of(event: Event) -> int:
    return int(event.cursor.rpartition("-")[2])


async def test_a_question_is_followed_to_its_outcome() -> None:
    played, offsets = await told(
        stream_of(RETRY, frame("accepted", 1), b":\n\n", frame("answered", 2), frame("accepted", 3))
    )

    assert offsets == [1, 2]
    (request,) = played.service.requests
    assert request.headers["Accept"] == "text/event-stream"
    assert "Last-Event-ID" not in request.headers


@pytest.mark.parametrize("end", [[BROKEN], [], [SHUTDOWN], [frame("delta", 2)[:-9], BROKEN]])
async def test_what_is_interrupted_goes_on_at_another_gateway_behind_what_was_told(
    end: list[bytes | Exception],
) -> None:
    played, offsets = await told(
        stream_of(RETRY, frame("accepted", 1), *end),
        stream_of(RETRY, frame("delta", 2), frame("answered", 3)),
    )

    assert offsets == [1, 2, 3]
    assert played.service.asked == [f"first {OF_QUESTION}", f"second {OF_QUESTION}"]
    assert played.service.requests[1].headers["Last-Event-ID"] == cursor(1)
    assert played.time.pauses == [0.25]


async def test_what_is_told_twice_is_heard_once() -> None:
    _, offsets = await told(
        stream_of(RETRY, frame("accepted", 1), frame("delta", 2), frame("accepted", 1)),
        stream_of(RETRY, frame("accepted", 1), frame("delta", 2), frame("answered", 3)),
    )

    assert offsets == [1, 2, 3]


async def test_pauses_grow_with_each_round_and_begin_small_again_after_a_success() -> None:
    refused = httpx.ConnectError("refused")
    played, _ = await told(
        *[refused] * 5,
        stream_of(RETRY, frame("accepted", 1), BROKEN),
        stream_of(RETRY, frame("answered", 2)),
    )

    assert played.time.pauses == [0.25, 0.25, 0.5, 0.5, 1, 0.25]


async def test_the_pause_is_about_what_the_service_wishes() -> None:
    played, _ = await told(
        stream_of(b"retry: 4000\n\n", frame("accepted", 1)),
        stream_of(RETRY, frame("answered", 2)),
    )

    assert played.time.pauses == [1]


async def test_a_gateway_that_cannot_tell_now_is_given_the_time_that_it_names() -> None:
    busy = problem(503, "transport-unavailable")
    busy.headers["Retry-After"] = "2"
    played, offsets = await told(busy, stream_of(RETRY, frame("answered", 1)))

    assert offsets == [1]
    assert played.time.pauses == [2.25]


async def test_a_service_that_is_away_for_longer_than_there_is_patience_is_given_up() -> None:
    async with Played(*[httpx.ConnectError("refused")] * 100) as played:
        with pytest.raises(UnreachableError, match="no answer from http://first, http://second"):
            await anext(played.client.follow(THREAD))

    assert 40 < played.time.now <= 60


async def test_a_stream_that_says_nothing_at_all_is_a_failure() -> None:
    async with Played(*[stream_of() for _ in range(100)]) as played:
        with pytest.raises(UnreachableError, match="ends again and again"):
            await anext(played.client.follow(THREAD))


@pytest.mark.parametrize(
    "instead",
    [
        httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}),
        httpx.ReadTimeout("no head"),
        stream_of(httpx.ReadTimeout("no byte")),
    ],
)
async def test_where_something_answers_without_a_stream_it_is_looked_again_and_again(
    instead: Reply,
) -> None:
    played, offsets = await told(
        instead,
        look(document("accepted", 1), following=cursor(1)),
        look(document("delta", 2), following=cursor(2)),
        look(document("answered", 3), following=None),
        urls=("http://first",),
    )

    assert offsets == [1, 2, 3]
    asked = [dict(request.url.params) for request in played.service.requests]
    assert asked == [
        {},
        {"wait": "0"},
        {"wait": "20", "after": cursor(1)},
        {"wait": "20", "after": cursor(2)},
    ]
    assert [request.headers["Accept"] for request in played.service.requests[1:]] == [
        "application/json"
    ] * 3
    assert played.time.pauses == []


async def test_where_looking_works_and_streams_do_not_it_is_looked_at_once_the_next_time() -> None:
    held_back = httpx.Response(200, text="", headers={"Content-Type": "text/html"})
    replies = (
        held_back,
        look(document("answered", 1), following=None),
        look(document("answered", 1), following=None),
    )
    async with Played(*replies, urls=("http://first",)) as played:
        for _ in range(2):
            assert [event async for event in played.client.follow_question(ID)]

    waits = [request.url.params.get("wait") for request in played.service.requests]
    assert waits == [None, "0", "0"]


@pytest.mark.parametrize(
    "interruption", [httpx.ReadError("reset"), problem(503, "transport-unavailable")]
)
async def test_looking_is_interrupted_like_a_stream_and_goes_on_behind_what_was_told(
    interruption: Reply,
) -> None:
    held_back = httpx.ReadTimeout("no head")
    played, offsets = await told(
        held_back,
        look(document("accepted", 1), following=cursor(1)),
        interruption,
        look(document("answered", 2), following=None),
        urls=("http://first",),
    )

    assert offsets == [1, 2]
    assert played.service.requests[-1].url.params["after"] == cursor(1)
    assert played.time.pauses == [0.25]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem(404, "not-found"), ProblemError),
        (httpx.Response(200, text="<html>"), UnintelligibleError),
        (look(document("delta", 1, response=None), following=None), UnintelligibleError),
    ],
)
async def test_what_will_be_the_same_again_ends_looking(
    reply: httpx.Response, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await told(httpx.ReadTimeout("no head"), reply)


async def test_a_refusal_that_breaks_off_is_asked_for_again() -> None:
    broken = httpx.Response(404, stream=Body(b'{"type":', httpx.ReadError("reset")))
    _, offsets = await told(broken, stream_of(RETRY, frame("answered", 1)))

    assert offsets == [1]


async def test_whoever_is_told_nothing_within_the_wait_asks_again() -> None:
    played, offsets = await told(
        httpx.Response(200, text="", headers={"Content-Type": "text/html"}),
        look(following=cursor(0)),
        look(following=cursor(0)),
        look(document("answered", 1), following=None),
        urls=("http://first",),
    )

    assert offsets == [1]
    assert played.time.pauses == [0.25]


async def test_behind_the_outcome_there_is_nothing() -> None:
    assert (await told(httpx.Response(204), after=cursor(9)))[1] == []
    _, offsets = await told(
        httpx.Response(200, text="", headers={"Content-Type": "text/html"}),
        look(following=None),
        after=cursor(9),
    )
    assert offsets == []


async def test_a_gap_is_told_and_the_outcome_behind_it() -> None:
    _, offsets = await told(
        stream_of(RETRY, frame("gap", 7), frame("answered", 7)), after=cursor(2)
    )

    assert offsets == [7, 7]


async def test_a_thread_is_followed_beyond_outcomes() -> None:
    replies = (
        stream_of(RETRY, frame("answered", 1), frame("accepted", 2), SHUTDOWN),
        stream_of(RETRY, frame("answered", 3)),
    )
    async with (
        Played(*replies) as played,
        aclosing(played.client.follow(THREAD, after=cursor(0))) as events,
    ):
        offsets = [offset_of(await anext(events)) for _ in range(3)]

    assert offsets == [1, 2, 3]
    assert played.service.asked == [f"first {OF_THREAD}", f"second {OF_THREAD}"]
    assert [request.headers["Last-Event-ID"] for request in played.service.requests] == [
        cursor(0),
        cursor(2),
    ]


async def test_of_many_that_lose_a_gateway_all_turn_to_the_same_other_one() -> None:
    replies = (
        stream_of(RETRY, frame("accepted", 1), BROKEN),
        stream_of(RETRY, frame("accepted", 1), BROKEN),
        stream_of(RETRY, frame("answered", 2)),
        stream_of(RETRY, frame("answered", 2)),
    )
    async with Played(*replies, urls=("http://first", "http://second", "http://third")) as played:
        following = [played.client.follow_question(ID) for _ in range(2)]
        for events in following:
            await anext(events)
        for events in following:
            assert [event.type async for event in events] == ["answered"]

    hosts = [request.url.host for request in played.service.requests]
    assert hosts == ["first", "first", "second", "second"]


async def test_whoever_stops_listening_leaves_no_connection_behind() -> None:
    response = stream_of(RETRY, frame("accepted", 1), frame("answered", 2))
    async with Played(response) as played, aclosing(played.client.follow_question(ID)) as events:
        await anext(events)

    assert response.is_closed


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem(404, "not-found"), ProblemError),
        (problem(400, "invalid-request"), ProblemError),
        (problem(503, "malformed-record"), ProblemError),
        (httpx.Response(404, text="nginx"), UnintelligibleError),
        (stream_of(b"data: {}\n\n"), UnintelligibleError),
    ],
)
async def test_what_will_be_the_same_again_is_an_error(
    reply: httpx.Response, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await told(reply)
