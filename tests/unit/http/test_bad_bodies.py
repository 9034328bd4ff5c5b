"""Whatever is sent to ``POST /api/chat``, the answer is a clear problem."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from cse_chat.domain.errors import InvalidRequestError
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.questions import Question
from cse_chat.entrypoints.http.bodies import question_of
from cse_chat.entrypoints.http.errors import NotSupportedError
from tests.unit.http.graphs import served

JSON = {"Content-Type": "application/json"}
BODY: dict[str, Any] = {"message": "Top stocks?", "thread_id": "thread_1"}


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


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        pytest.param("message", "", "/message", id="empty message"),
        pytest.param("message", " \n\t", "/message", id="blank message"),
        pytest.param("message", "a" * 4_001, "/message", id="4,001 characters"),
        pytest.param("message", "a\0b", "/message", id="NUL"),
        pytest.param("message", "a\ud800b", "/message", id="lone surrogate"),
        pytest.param("message", 5, "/message", id="number for message"),
        pytest.param("message", None, "/message", id="null message"),
        pytest.param("message", ["a"], "/message", id="list for message"),
        pytest.param("thread_id", "", "/thread_id", id="empty thread"),
        pytest.param("thread_id", "a b", "/thread_id", id="space in thread"),
        pytest.param("thread_id", "a:b", "/thread_id", id="colon in thread"),
        pytest.param("thread_id", "{a}", "/thread_id", id="braces in thread"),
        pytest.param("thread_id", "a*", "/thread_id", id="star in thread"),
        pytest.param("thread_id", "abc\n", "/thread_id", id="newline behind thread"),
        pytest.param("thread_id", "a\u2028", "/thread_id", id="line separator in thread"),
        pytest.param("thread_id", "a\ud800", "/thread_id", id="surrogate in thread"),
        pytest.param("thread_id", "é", "/thread_id", id="letter outside of ASCII"),
        pytest.param("thread_id", "a" * 129, "/thread_id", id="129 characters"),
        pytest.param("thread_id", 7, "/thread_id", id="number for thread"),
        pytest.param("thread_id", None, "/thread_id", id="null thread"),
        pytest.param("metadata", [], "/metadata", id="list for metadata"),
        pytest.param("metadata", None, "/metadata", id="null metadata"),
        pytest.param("metadata", {"a": 1}, "/metadata/a", id="number in metadata"),
        pytest.param("metadata", {"a": {"b": "c"}}, "/metadata/a", id="nested metadata"),
        pytest.param("metadata", {"a": "x" * 257}, "/metadata/a", id="long metadata"),
        pytest.param("metadata", {"a": "\0"}, "/metadata", id="NUL in metadata"),
        pytest.param("metadata", {"\ud800": "a"}, "/metadata", id="surrogate in a key"),
        pytest.param("metadata", {"a/~b": 1}, "/metadata/a~1~0b", id="escaped pointer"),
        pytest.param("metadata", {str(n): "" for n in range(17)}, "/metadata", id="17 entries"),
        pytest.param("if_busy", "wait", "/if_busy", id="unknown choice"),
        pytest.param("if_busy", [], "/if_busy", id="list for choice"),
        pytest.param("mesage", "x", "/mesage", id="unknown field"),
        pytest.param("user_id", "eve", "/user_id", id="a user of one's choice"),
        pytest.param("x\ud800", 1, "/x?", id="unknown field with a surrogate"),
    ],
)
async def test_a_bad_field_is_named(field: str, value: object, pointer: str) -> None:
    content = json.dumps(BODY | {field: value})

    assert pointer in faults_of(await post(content=content, headers=JSON))


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


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"[" * 60_000, id="60,000 brackets"),
        pytest.param(b'{"a":' * 12_000, id="12,000 braces"),
        pytest.param(b'{"message":"\xff\xfe"}', id="no UTF-8"),
        pytest.param('{"message":"a"}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"message":"a"}', id="byte order mark"),
        pytest.param(b'{"message":"a","message":"b"}', id="field twice"),
        pytest.param(b'{"message":"a","metadata":{"b":"c","b":"d"}}', id="entry twice"),
        pytest.param(b'{"message":NaN}', id="NaN"),
        pytest.param(b'{"message":-Infinity}', id="infinity"),
        pytest.param(b'{"message":' + b"1" * 60_000 + b"}", id="endless number"),
        pytest.param(b'{"message":"a\nb"}', id="raw newline in a string"),
        pytest.param(b'{"message":"a"} {}', id="two documents"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'"message"', id="string"),
        pytest.param(b"null", id="null"),
    ],
)
async def test_what_is_no_json_object_is_told(content: bytes) -> None:
    response = await post(content=content, headers=JSON)

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
        question = question_of(
            raw, user_id=UserId("ann"), new_thread_id=lambda: ThreadId("thread_new")
        )
    except (InvalidRequestError, NotSupportedError):
        return
    assert isinstance(question, Question)
