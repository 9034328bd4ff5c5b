"""Following by socket: what is looked at before, what is heard, and how it goes on when it ends."""

from contextlib import aclosing
from datetime import timedelta

import httpx
import pytest

from cse_chat.client.errors import ProblemError, UnreachableError
from cse_chat.client.interruptions import BlockedWayError
from cse_chat.client.ways import Way
from tests.unit.client.played import OPEN, look, problem, stream_of
from tests.unit.client.played_sockets import PONG, Followed, PlayedSocket, Said, offset_of
from tests.unit.client.told import ID, OTHER_ID, THREAD, cursor, document, frame

OF_QUESTION = f"/api/chat/{ID}/events"
OF_THREAD = f"/api/threads/{THREAD}/events"
ACCEPTED = look(document("accepted", 1), following=cursor(1))
NOTHING_NEW = look(following=cursor(1))
QUIET = timedelta(milliseconds=20)


async def test_what_there_is_is_looked_at_and_what_comes_behind_it_is_heard() -> None:
    socket = PlayedSocket(PONG, document("delta", 2), document("answered", 3), document("delta", 4))
    followed = Followed(ACCEPTED, sockets=[socket])

    assert await followed.question() == [1, 2, 3]
    assert followed.service.asked == [f"first {OF_QUESTION}"]
    assert followed.dial.dialled == [f"first {THREAD}"]
    assert socket.heard == [{"type": "follow", "after": cursor(1)}, {"type": "ping"}]
    assert socket.is_left


async def test_no_socket_is_opened_for_what_is_over() -> None:
    assert await Followed(look(document("answered", 9), following=None)).question() == [9]
    assert await Followed(look(following=None)).question(after=cursor(9)) == []


@pytest.mark.parametrize(
    ("status", "slug"), [(404, "not-found"), (400, "invalid-request"), (503, "malformed-record")]
)
async def test_a_socket_which_would_own_the_thread_is_not_opened_where_looking_is_refused(
    status: int, slug: str
) -> None:
    followed = Followed(problem(status, slug))

    with pytest.raises(ProblemError):
        await anext(followed.thread())
    assert followed.dial.dialled == []


async def test_a_thread_is_followed_beyond_outcomes_and_whoever_leaves_closes_the_socket() -> None:
    socket = PlayedSocket(
        PONG, document("answered", 2), document("accepted", 3, correlation_id=OTHER_ID)
    )
    followed = Followed(ACCEPTED, sockets=[socket])
    async with aclosing(followed.thread(after=cursor(0))) as events:
        offsets = [offset_of(await anext(events)) for _ in range(3)]

    assert offsets == [1, 2, 3]
    assert followed.service.asked == [f"first {OF_THREAD}"]
    assert followed.service.requests[0].url.params["after"] == cursor(0)
    assert socket.is_left


async def test_of_a_thread_only_what_happens_to_the_question_is_told() -> None:
    others = {"correlation_id": OTHER_ID}
    socket = PlayedSocket(
        document("delta", 2, **others),
        document("answered", 3, **others),
        document("news", 4, **others),
        document("news", 5),
        document("answered", 6),
    )

    assert await Followed(ACCEPTED, sockets=[socket]).question() == [1, 5, 6]


@pytest.mark.parametrize("code", [1001, 1006, 1011, 1012, 1013, 4408, 4503, 1000])
async def test_a_socket_that_closes_is_opened_again_elsewhere_behind_what_was_told(
    code: int,
) -> None:
    again = PlayedSocket(PONG, document("answered", 4))
    followed = Followed(
        ACCEPTED,
        look(document("delta", 3), following=cursor(3)),
        sockets=[PlayedSocket(document("delta", 2), code), again],
    )

    assert await followed.question() == [1, 2, 3, 4]
    assert followed.service.requests[1].url.params["after"] == cursor(2)
    assert again.heard[0] == {"type": "follow", "after": cursor(3)}
    assert followed.dial.dialled == [f"first {THREAD}", f"second {THREAD}"]
    assert followed.time.pauses == [0.25]


async def test_whoever_spoke_too_fast_waits_for_seconds() -> None:
    followed = Followed(
        ACCEPTED,
        NOTHING_NEW,
        sockets=[PlayedSocket(4429), PlayedSocket(document("answered", 2))],
    )

    assert await followed.question() == [1, 2]
    assert followed.time.pauses == [2.25]


REFUSED: dict[str, object] = {"type": "error", "ref": None, "problem": {}, "retry_after": None}


@pytest.mark.parametrize(
    "said",
    [
        *[4400, 4401, 4404, 4413, 4999, 1002, 1007, 1008, 1009],
        *[REFUSED, b"{", b"[]", b"\xff"],
        *[document("delta", 2, response=7), {"type": "delta", "cursor": cursor(2)}],
    ],
)
async def test_what_a_socket_does_not_explain_is_asked_in_another_way_at_once(said: Said) -> None:
    followed = Followed(
        ACCEPTED, problem(404, "not-found"), sockets=[PlayedSocket(PONG, said, PONG)]
    )

    with pytest.raises(ProblemError):
        await followed.question()
    assert followed.service.asked == [f"first {OF_QUESTION}"] * 2
    assert followed.service.requests[1].headers["Last-Event-ID"] == cursor(1)
    assert followed.time.pauses == []


async def test_where_no_socket_is_opened_there_is_a_stream_and_it_is_remembered() -> None:
    followed = Followed(
        ACCEPTED,
        stream_of(frame("answered", 2)),
        stream_of(frame("answered", 2)),
        sockets=[BlockedWayError("status 403")],
    )

    assert await followed.question() == [1, 2]
    assert await followed.question() == [2]
    assert followed.dial.dialled == [f"first {THREAD}"]
    assert followed.time.pauses == []


async def test_where_streams_do_not_come_either_it_is_polled_and_that_is_remembered() -> None:
    followed = Followed(
        ACCEPTED,
        httpx.ReadTimeout("no head"),
        look(document("answered", 2), following=None),
        look(document("answered", 2), following=None),
        sockets=[BlockedWayError("status 403")],
    )

    assert await followed.question() == [1, 2]
    assert await followed.question() == [2]
    assert [request.url.params.get("wait") for request in followed.service.requests[2:]] == [
        "0",
        "0",
    ]


async def test_what_may_be_chance_is_remembered_when_it_happens_three_times_in_a_row() -> None:
    def told_by_stream(offset: int) -> tuple[httpx.Response, httpx.Response]:
        return look(following=cursor(0)), stream_of(frame("answered", offset))

    chance = BlockedWayError("reset", is_certain=False)
    works = PlayedSocket(document("answered", 3))
    sockets: list[PlayedSocket | BlockedWayError] = [
        chance,
        PlayedSocket(1006),
        works,
        chance,
        PlayedSocket(1006),
        chance,
    ]
    followed = Followed(
        *told_by_stream(1),
        *told_by_stream(2),
        look(following=cursor(0)),
        *told_by_stream(4),
        *told_by_stream(5),
        *told_by_stream(6),
        stream_of(frame("answered", 7)),
        sockets=sockets,
        urls=("http://first",),
    )

    assert [await followed.question() for _ in range(7)] == [[offset] for offset in range(1, 8)]
    assert len(followed.dial.dialled) == len(sockets)


async def test_a_gateway_at_which_nothing_works_keeps_its_ways() -> None:
    followed = Followed(
        ACCEPTED,
        httpx.ReadTimeout("no head"),
        httpx.ConnectError("refused"),
        NOTHING_NEW,
        sockets=[BlockedWayError("no word"), PlayedSocket(PONG, document("answered", 2))],
        urls=("http://first",),
    )

    assert await followed.question() == [1, 2]


async def test_whoever_wants_sockets_alone_is_told_that_there_are_none() -> None:
    followed = Followed(
        *[lambda: look(following=cursor(0))] * 100,
        sockets=[BlockedWayError("status 403")] * 100,
        ways=[Way.WEBSOCKET],
    )

    with pytest.raises(UnreachableError, match="status 403"):
        await anext(followed.thread())


async def test_the_socket_of_a_question_whose_thread_nobody_says_is_found_by_asking() -> None:
    followed = Followed(
        NOTHING_NEW,
        httpx.Response(202, json=OPEN),
        sockets=[PlayedSocket(document("answered", 2))],
    )

    assert await followed.question(after=cursor(1), thread_id=None) == [2]
    assert followed.service.asked == [f"first {OF_QUESTION}", f"first /api/chat/{ID}"]
    assert followed.dial.dialled == [f"first {THREAD}"]


async def test_an_event_says_in_which_thread_its_question_is() -> None:
    followed = Followed(ACCEPTED, sockets=[PlayedSocket(document("answered", 2))])

    assert await followed.question(thread_id=None) == [1, 2]
    assert followed.dial.dialled == [f"first {THREAD}"]


async def test_behind_a_gap_the_outcome_is_looked_for() -> None:
    lost = look(document("answered", 7), following=None)
    followed = Followed(ACCEPTED, lost, sockets=[PlayedSocket(PONG, document("gap", 7))])

    assert await followed.question() == [1, 7, 7]
    assert followed.service.requests[1].url.params["after"] == cursor(7)
    assert followed.time.pauses == []


async def test_a_gap_in_front_of_what_goes_on_costs_a_look_and_no_socket() -> None:
    followed = Followed(
        ACCEPTED,
        look(document("delta", 8), following=cursor(8)),
        sockets=[
            PlayedSocket(PONG, document("gap", 7), document("delta", 8), document("answered", 9))
        ],
    )

    assert await followed.question() == [1, 7, 8, 9]
    assert (len(followed.service.requests), len(followed.dial.dialled)) == (2, 1)


async def test_of_a_question_that_is_quiet_the_outcome_is_looked_for() -> None:
    """No worker may be there who would tell that its deadline is over."""
    followed = Followed(
        ACCEPTED,
        look(following=cursor(1)),
        look(document("expired", 2, problem={}), following=None),
        sockets=[
            PlayedSocket(
                *[document("delta", place, correlation_id=OTHER_ID) for place in (2, 3, 4)]
            )
        ],
        silence=timedelta(0),
    )

    assert await followed.question() == [1, 2]
    assert len(followed.service.requests) == 3


async def test_a_silent_socket_is_asked_for_a_sign_of_life() -> None:
    socket = PlayedSocket(
        PONG, None, PONG, None, document("delta", 2), None, document("answered", 3)
    )
    followed = Followed(ACCEPTED, sockets=[socket], silence=QUIET, first_bytes=timedelta(hours=1))

    assert await followed.question() == [1, 2, 3]
    assert [said["type"] for said in socket.heard] == ["follow", *["ping"] * 4]


async def test_a_socket_that_gives_no_sign_of_life_is_given_up() -> None:
    followed = Followed(
        ACCEPTED,
        NOTHING_NEW,
        sockets=[
            PlayedSocket(PONG, None, None, document("answered", 9)),
            PlayedSocket(document("answered", 2)),
        ],
        silence=QUIET,
    )

    assert await followed.question() == [1, 2]
    assert followed.dial.dialled == [f"first {THREAD}", f"second {THREAD}"]


async def test_a_socket_that_is_silent_from_the_first_is_held_back_for_certain() -> None:
    followed = Followed(
        ACCEPTED,
        stream_of(frame("delta", 2)),
        stream_of(frame("answered", 3)),
        sockets=[PlayedSocket(None)],
        urls=("http://first",),
        first_bytes=QUIET,
    )

    assert await followed.question() == [1, 2, 3]
    assert len(followed.dial.dialled) == 1
