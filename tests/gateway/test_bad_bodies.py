"""Whatever is sent to ``POST /api/chat``, the answer is a clear problem."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import HTTPReceiveMessage

from cse_chat.domain.errors import InvalidRequestError
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.questions import Question
from cse_chat.entrypoints.http.bodies import asking_of, body_of
from cse_chat.entrypoints.http.errors import IncompleteBodyError
from tests.gateway.graphs import served

JSON = {"Content-Type": "application/json"}
BODY: dict[str, Any] = {"message": "Top stocks?", "thread_id": "thread_1"}


BAD_FIELDS: dict[str, tuple[str, object, str]] = {
    "empty message": ("message", "", "/message"),
    "blank message": ("message", " \n\t", "/message"),
    "4,001 characters": ("message", "a" * 4_001, "/message"),
    "NUL": ("message", "a\0b", "/message"),
    "lone surrogate": ("message", "a\ud800b", "/message"),
    "number for message": ("message", 5, "/message"),
    "null message": ("message", None, "/message"),
    "list for message": ("message", ["a"], "/message"),
    "empty thread": ("thread_id", "", "/thread_id"),
    "space in thread": ("thread_id", "a b", "/thread_id"),
    "colon in thread": ("thread_id", "a:b", "/thread_id"),
    "braces in thread": ("thread_id", "{a}", "/thread_id"),
    "star in thread": ("thread_id", "a*", "/thread_id"),
    "newline behind thread": ("thread_id", "abc\n", "/thread_id"),
    "line separator in thread": ("thread_id", "a\u2028", "/thread_id"),
    "surrogate in thread": ("thread_id", "a\ud800", "/thread_id"),
    "letter outside of ASCII": ("thread_id", "é", "/thread_id"),
    "129 characters": ("thread_id", "a" * 129, "/thread_id"),
    "number for thread": ("thread_id", 7, "/thread_id"),
    "null thread": ("thread_id", None, "/thread_id"),
    "list for metadata": ("metadata", [], "/metadata"),
    "null metadata": ("metadata", None, "/metadata"),
    "number in metadata": ("metadata", {"a": 1}, "/metadata/a"),
    "nested metadata": ("metadata", {"a": {"b": "c"}}, "/metadata/a"),
    "long metadata": ("metadata", {"a": "x" * 257}, "/metadata/a"),
    "NUL in metadata": ("metadata", {"a": "\0"}, "/metadata"),
    "surrogate in a key": ("metadata", {"\ud800": "a"}, "/metadata"),
    "escaped pointer": ("metadata", {"a/~b": 1}, "/metadata/a~1~0b"),
    "17 entries": ("metadata", {str(n): "" for n in range(17)}, "/metadata"),
    "unknown choice": ("if_busy", "wait", "/if_busy"),
    "list for choice": ("if_busy", [], "/if_busy"),
    "unknown field": ("mesage", "x", "/mesage"),
    "a user of one's choice": ("user_id", "eve", "/user_id"),
    "unknown field with a surrogate": ("x\ud800", 1, "/x?"),
}

NO_OBJECTS = {
    "nothing": b"",
    "cut off": b"{",
    "60,000 brackets": b"[" * 60_000,
    "12,000 braces": b'{"a":' * 12_000,
    "no UTF-8": b'{"message":"\xff\xfe"}',
    "UTF-16": '{"message":"a"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"message":"a"}',
    "field twice": b'{"message":"a","message":"b"}',
    "entry twice": b'{"message":"a","metadata":{"b":"c","b":"d"}}',
    "NaN": b'{"message":NaN}',
    "infinity": b'{"message":-Infinity}',
    "endless number": b'{"message":' + b"1" * 60_000 + b"}",
    "raw newline in a string": b'{"message":"a\nb"}',
    "two documents": b'{"message":"a"} {}',
    "list": b"[]",
    "string": b'"message"',
    "null": b"null",
}


async def post(**sending: Any) -> Response:  # noqa: ANN401 -- what httpx takes
    """Return what the service says to one `POST /api/chat`."""
    async with served() as client:
        return await client.post("/api/chat", **sending)


def faults_of(response: Response) -> dict[str, str]:
    """Return the rules by pointer of a response that must be a 400."""
    problem = response.json()
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "/problems/invalid-request"
    return {fault["pointer"]: fault["detail"] for fault in problem["errors"]}


async def test_a_bad_field_is_named(subtests: pytest.Subtests) -> None:
    async with served() as client:
        for name, (field, value, pointer) in BAD_FIELDS.items():
            content = json.dumps(BODY | {field: value})
            response = await client.post("/api/chat", content=content, headers=JSON)
            with subtests.test(name):
                assert pointer in faults_of(response)


async def test_all_faults_are_told_at_once() -> None:
    body = {
        "message": " ",
        "thread_id": 5,
        "metadata": {"a": 1, "b": "x" * 257},
        "if_busy": "?",
        "x": 1,
    }

    faults = faults_of(await post(json=body))

    assert faults.keys() == {"/message", "/thread_id", "/metadata/a", "/if_busy", "/x"}


async def test_a_missing_message_and_a_bad_thread_are_told_together() -> None:
    faults = faults_of(await post(json={"thread_id": "a b"}))

    assert faults["/message"] == "is required"
    assert faults.keys() == {"/message", "/thread_id"}


async def test_thousands_of_faults_do_not_make_a_long_answer() -> None:
    response = await post(json={str(n): 0 for n in range(5_000)})

    assert len(faults_of(response)) == 50


async def test_what_is_no_json_object_is_told(subtests: pytest.Subtests) -> None:
    async with served() as client:
        for name, content in NO_OBJECTS.items():
            response = await client.post("/api/chat", content=content, headers=JSON)
            with subtests.test(name):
                assert faults_of(response).keys() == {""}


async def test_4000_characters_of_any_script_are_accepted() -> None:
    """The limit counts characters, not bytes."""
    response = await post(json=BODY | {"message": "ක" * 4_000})

    assert response.status_code == 200


async def test_escaped_characters_outside_the_basic_plane_are_accepted() -> None:
    response = await post(content=b'{"message":"\\ud83d\\ude00"}', headers=JSON)

    assert response.json()["response"] == "Processed your query: '😀'"


@pytest.mark.parametrize("size", [64 * 1024, 64 * 1024 + 1])
async def test_a_body_over_64_kib_is_413(size: int) -> None:
    response = await post(content=b" " * size, headers=JSON)

    assert response.status_code == (413 if size > 64 * 1024 else 400)
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_chunked_body_over_64_kib_is_413() -> None:
    """Without a length, what arrives is counted."""

    async def chunks() -> AsyncGenerator[bytes]:
        for _ in range(65):
            yield b" " * 1024

    response = await post(content=chunks(), headers=JSON)

    assert (response.status_code, response.json()["type"]) == (413, "/problems/content-too-large")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/jsonp"},
        JSON | {"Content-Encoding": "gzip"},
    ],
)
async def test_another_media_type_is_415(headers: dict[str, str]) -> None:
    """Also a missing one; a form of a foreign site can not send JSON without being asked first."""
    response = await post(content=json.dumps(BODY), headers=headers)

    assert response.status_code == 415
    assert response.json()["type"] == "/problems/unsupported-media-type"
    assert response.json()["detail"].startswith("Send ")


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
)
async def test_a_media_type_may_name_its_charset(media_type: str) -> None:
    response = await post(content=json.dumps(BODY), headers={"Content-Type": media_type})

    assert response.status_code == 200


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.text() | st.sampled_from(["message", "thread_id", "metadata", "if_busy"]), inner
            )
        ),
        max_leaves=10,
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_a_question_or_a_declared_error(raw: bytes) -> None:
    try:
        question, _ = asking_of(
            raw, user_id=UserId("ann"), new_thread_id=lambda: ThreadId("thread_new")
        )
    except InvalidRequestError:
        return
    assert isinstance(question, Question)


async def _never() -> HTTPReceiveMessage:
    raise AssertionError("it was read")


@pytest.mark.parametrize("announced", ["65537", "9" * 5_000, "many"])
async def test_a_body_that_is_announced_too_large_is_not_read(announced: str) -> None:
    with pytest.raises(RequestEntityTooLarge):
        await body_of({b"content-length": [announced]}, _never)


async def test_a_caller_that_goes_away_before_all_is_there_has_asked_nothing() -> None:
    messages: list[HTTPReceiveMessage] = [
        {"type": "http.request", "body": b'{"message": ', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> HTTPReceiveMessage:
        return messages.pop(0)

    with pytest.raises(IncompleteBodyError):
        await body_of({}, receive)
