"""What a client may not say: an error where it can go on, a close code where it had better not."""

import json
from typing import Any

import pytest

from cse_chat.entrypoints.sockets import SocketLimits
from tests.integration.sockets.agents import HangingAgent
from tests.integration.sockets.clients import talking
from tests.integration.sockets.services import a_service

CORRELATION_ID = "550e8400-e29b-41d4-a716-446655440000"
ASK = {"type": "ask", "ref": "a", "message": "Top stocks?"}


@pytest.mark.parametrize(
    ("frame", "faults"),
    [
        ({"type": "dance", "ref": "a"}, ["/type"]),
        ({"ref": "a"}, ["/type"]),
        ({"type": ["ask"], "ref": "a"}, ["/type"]),
        ({"type": "ask", "ref": "a"}, ["/message"]),
        ({**ASK, "message": 1}, ["/message"]),
        ({**ASK, "message": " "}, ["/message"]),
        ({**ASK, "message": "x" * 4001}, ["/message"]),
        ({**ASK, "message": "\ud800"}, ["/message"]),
        ({**ASK, "metadata": {"a": 1}}, ["/metadata/a"]),
        ({**ASK, "if_busy": "perhaps"}, ["/if_busy"]),
        ({**ASK, "thread_id": "other"}, ["/thread_id"]),
        ({**ASK, "message": "", "extra~/": 1}, ["/extra~0~1", "/message"]),
        ({"type": "cancel", "ref": "a"}, ["/correlation_id"]),
        ({"type": "cancel", "ref": "a", "correlation_id": 7}, ["/correlation_id"]),
        ({"type": "cancel", "ref": "a", "correlation_id": CORRELATION_ID, "x": 1}, ["/x"]),
        ({"type": "follow", "ref": "a", "after": "yesterday"}, ["/after"]),
        ({"type": "follow", "ref": "a", "after": 7}, ["/after"]),
        ({"type": "ping", "ref": "a", "x": 1}, ["/x"]),
    ],
)
async def test_a_faulty_frame_is_an_error_that_names_every_fault(
    frame: dict[str, Any], faults: list[str]
) -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.connection.send(json.dumps(frame))
        error = await client.hears()
        await client.says("ping")

        assert await client.hears() == {"type": "pong", "ref": None}
    assert (error["type"], error["ref"]) == ("error", "a")
    assert error["problem"]["type"] == "/problems/invalid-request"
    assert [fault["pointer"] for fault in error["problem"]["errors"]] == faults


@pytest.mark.parametrize("ref", [None, 7, "", "a b", "x" * 129, "\n", "\ud800", "ව"])
async def test_a_name_that_cannot_be_said_again_is_refused(ref: object) -> None:
    async with a_service() as service, talking(service.url) as client:
        for kind in ("ask", "ping"):
            await client.says(kind, ref=ref, **({"message": "m"} if kind == "ask" else {}))
            error = await client.hears()

            assert (error["ref"], error["problem"]["errors"][0]["pointer"]) == (None, "/ref")


async def test_what_is_not_offered_yet_is_said_so() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.connection.send(json.dumps({**ASK, "idempotency_key": "k"}))
        error = await client.hears()

        assert (error["ref"], error["problem"]["type"]) == ("a", "/problems/not-supported")
        assert "idempotency_key" in error["problem"]["detail"]


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b'{"type": "ping"}', id="binary"),
        pytest.param(b"", id="empty binary"),
        pytest.param("", id="empty"),
        pytest.param("{", id="cut off"),
        pytest.param("[]", id="array"),
        pytest.param('"ping"', id="string"),
        pytest.param('{"type": "ping", "type": "ping"}', id="twice"),
        pytest.param('{"type": NaN}', id="NaN"),
        pytest.param("[" * 60_000, id="deep"),
        pytest.param('{"type": "ping", "x":' + "[" * 30_000 + "]" * 30_000 + "}", id="deep inside"),
        pytest.param("1" * 60_000, id="endless digits"),
    ],
)
async def test_what_is_no_frame_is_closed_with_4400(frame: str | bytes) -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.connection.send(frame)

        assert await client.is_closed_with() == 4400


async def test_without_a_subprotocol_only_text_is_a_question() -> None:
    async with a_service() as service, talking(service.url, subprotocol=None) as client:
        await client.connection.send(b"Top stocks?")

        assert await client.is_closed_with() == 4400


@pytest.mark.parametrize("letter", ["x", "ව"])
async def test_a_frame_above_64_kib_is_closed_with_4413(letter: str) -> None:
    most = 64 * 1024 // len(letter.encode())
    async with a_service() as service:
        async with talking(service.url) as client:
            await client.connection.send(letter * (most + 1))
            assert await client.is_closed_with() == 4413
        async with talking(service.url, subprotocol=None) as client:  # so much is only too long
            await client.connection.send(letter * most)
            assert (await client.hears())["problem"]["status"] == 400


async def test_a_frame_above_128_kib_is_closed_by_the_protocol() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.connection.send("x" * (128 * 1024 + 1))

        assert await client.is_closed_with() == 1009
        assert service.closed == {"1009": 1}


async def test_pieces_are_put_together() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.connection.send(['{"type":', ' "ping",', ' "ref": "', 'r"}'])

        assert await client.hears() == {"type": "pong", "ref": "r"}


async def test_pieces_together_are_not_larger_than_a_frame() -> None:
    async with a_service() as service, talking(service.url) as client:
        await client.connection.send(["x" * 10_000] * 10)

        assert await client.is_closed_with() == 4413


async def test_too_many_pieces_are_closed_by_the_protocol() -> None:
    """Empty ones cost a sender nothing."""
    async with a_service() as service, talking(service.url) as client:
        await client.connection.send([""] * 100)

        assert await client.is_closed_with() == 1009


async def test_whoever_talks_too_fast_is_closed_with_4429() -> None:
    limits = SocketLimits(frames_per_second=0.001, burst=5)
    async with a_service(limits=limits) as service, talking(service.url) as client:
        for _ in range(5):
            await client.says("ping")
            assert (await client.hears())["type"] == "pong"
        await client.says("ping")

        assert await client.is_closed_with() == 4429


async def test_what_was_read_before_abuse_is_asked_all_the_same() -> None:
    async with a_service(HangingAgent()) as service:
        async with talking(service.url) as client:
            await client.says("ask", ref="a", message="Top stocks?")
            await client.connection.send(b"")
            assert await client.is_closed_with() == 4400
        async with talking(service.url) as again:
            await again.says("follow")
            assert (await again.hears())["message"] == "Top stocks?"
