"""The body of ``POST /api/chat``: from untrusted bytes to a question, or to every fault in it."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, NoReturn

from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import Receive

from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.questions import IfBusy, Question
from cse_chat.entrypoints.http.errors import IncompleteBodyError, UnsupportedMediaTypeError

MAX_BODY_BYTES = 64 * 1024
_LENGTH_DIGITS = 9

_FIELDS = ("message", "thread_id", "metadata", "if_busy")
_IF_BUSY = tuple(map(str, IfBusy))
_JSON = re.compile(r"application/json[ \t]*(;[ \t]*charset=\"?utf-8\"?[ \t]*)?", re.IGNORECASE)
_NO_JSON = "must be valid JSON in UTF-8"
_MAX_NAME_CHARS = 64
_STAND_IN = "x"  # for what has a fault already, so that the other fields are looked at too


class Asking(NamedTuple):
    """What a caller asks, and what is to become of earlier questions of the thread."""

    question: Question
    if_busy: IfBusy


async def body_of(headers: Mapping[bytes, Sequence[str]], receive: Receive) -> bytes:
    """Return the whole body of a request with *headers*.

    Raises:
        RequestEntityTooLarge: It is, or is announced to be, larger than `MAX_BODY_BYTES`.
        IncompleteBodyError: The caller went away before all of it was there.
    """
    for announced in headers.get(b"content-length", ()):
        if not announced.isdecimal() or len(announced) > _LENGTH_DIGITS:
            raise RequestEntityTooLarge
        if int(announced) > MAX_BODY_BYTES:
            raise RequestEntityTooLarge
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise IncompleteBodyError
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise RequestEntityTooLarge
        if not message.get("more_body", False):
            return body


def require_json(headers: Mapping[bytes, Sequence[str]]) -> None:
    """Refuse what is not plain JSON in UTF-8.

    Raises:
        UnsupportedMediaTypeError: The headers say that the body is something else.
    """
    content_type = headers.get(b"content-type", ())
    if len(content_type) != 1 or not _JSON.fullmatch(content_type[0].strip()):
        raise UnsupportedMediaTypeError("Send JSON in UTF-8, with Content-Type: application/json.")
    if b"content-encoding" in headers:
        raise UnsupportedMediaTypeError("Send the body as it is, without Content-Encoding.")


def asking_of(raw: bytes, *, user_id: UserId, new_thread_id: Callable[[], ThreadId]) -> Asking:
    """Return what *raw* asks, in a new thread if it names none.

    Raises:
        InvalidRequestError: Naming every fault that can be told at once.
    """
    document = json_object(raw)
    return asking_in(
        document,
        user_id=user_id,
        new_thread_id=new_thread_id,
        begins_thread="thread_id" not in document,
    )


def asking_in(
    document: Mapping[str, object],
    *,
    user_id: UserId,
    new_thread_id: Callable[[], ThreadId],
    fields: Collection[str] = _FIELDS,
    begins_thread: bool = False,
) -> Asking:
    """Return what *document* asks; it may have no other than *fields*.

    Args:
        document: Names its thread, or not.
        user_id: Who asks.
        new_thread_id: Says which thread it is in when it names none.
        fields: What it may say.
        begins_thread: See `Question`.

    Raises:
        InvalidRequestError: Naming every fault that can be told at once.
    """
    faults = list(_faults_of_shape(document, fields))
    broken = {fault.path[0] for fault in faults}
    given = {name: value for name, value in document.items() if name not in broken}
    try:
        question = Question(
            thread_id=(
                ThreadId(str(given.get("thread_id", _STAND_IN)))
                if "thread_id" in document
                else new_thread_id()
            ),
            user_id=user_id,
            text=str(given.get("message", _STAND_IN)).strip(),
            metadata=_metadata(given),
            begins_thread=begins_thread,
        )
    except InvalidRequestError as error:
        raise InvalidRequestError(*faults, *error.violations) from error
    if faults:
        raise InvalidRequestError(*faults)
    return Asking(question, IfBusy(str(given.get("if_busy", IfBusy.ENQUEUE))))


def json_object(raw: bytes) -> Mapping[str, object]:
    """Return the JSON object that *raw* is.

    Raises:
        InvalidRequestError: It is none, or gives a field twice.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequestError(Violation((), _NO_JSON)) from error
    return document_of(text)


def document_of(text: str) -> Mapping[str, object]:
    """Return the JSON object that *text* is.

    Raises:
        InvalidRequestError: It is none, it is nested too deeply, or it says something twice.
    """
    try:
        document = _decoder.decode(text)
    except _DuplicateKeyError as error:
        raise InvalidRequestError(Violation((), str(error))) from error
    # Deep nesting is a RecursionError, endless digits are a ValueError.
    except (ValueError, RecursionError) as error:
        raise InvalidRequestError(Violation((), _NO_JSON)) from error
    if not isinstance(document, dict):
        raise InvalidRequestError(Violation((), "must be a JSON object"))
    return document


class _DuplicateKeyError(ValueError):
    """A JSON object names the same key twice: readers would disagree on its value."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError("must not give the same field twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# json, not msgspec: it alone can tell a key that is given twice.
_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def _faults_of_shape(
    document: Mapping[str, object], fields: Collection[str]
) -> Iterator[Violation]:
    if "message" not in document:
        yield Violation(("message",), "is required")
    for name in ("message", "thread_id"):
        if not isinstance(document.get(name, ""), str):
            yield Violation((name,), "must be a string")
    if document.get("if_busy", IfBusy.ENQUEUE) not in _IF_BUSY:
        yield Violation(("if_busy",), f"must be one of {', '.join(_IF_BUSY)}")
    yield from _faults_of_metadata(document.get("metadata", {}))
    yield from unknown_fields(document, fields)


def unknown_fields(document: Mapping[str, object], fields: Collection[str]) -> Iterator[Violation]:
    """Yield what *document* has beside *fields*."""
    for name in document:
        if name not in fields:
            rule = f"is not a field of the request; the fields are {', '.join(fields)}"
            yield Violation((name[:_MAX_NAME_CHARS],), rule)


def _faults_of_metadata(metadata: object) -> Iterator[Violation]:
    if not isinstance(metadata, dict):
        yield Violation(("metadata",), "must be an object with string values")
        return
    for key, value in metadata.items():
        if not isinstance(value, str):
            yield Violation(("metadata", key[:_MAX_NAME_CHARS]), "must be a string")


def _metadata(given: Mapping[str, object]) -> Mapping[str, str]:
    metadata = given.get("metadata", {})
    return metadata if isinstance(metadata, dict) else {}
