"""What is said on a socket of ``cse-chat.v1``, beside the events: from and to JSON."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import IfBusy, Question
from cse_chat.domain.use_cases.send_chat import Receipt
from cse_chat.entrypoints.http.bodies import asking_in, unknown_fields
from cse_chat.entrypoints.http.errors import NotSupportedError
from cse_chat.entrypoints.http.parameters import correlation_id_of
from cse_chat.entrypoints.http.problems import ProblemBody

SUBPROTOCOL: Final = "cse-chat.v1"

_REF: Final = re.compile(r"[!-~]{1,128}")
_ASKED: Final = ("message", "metadata", "if_busy")
_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question; `ref` is what the client calls it until it has an id."""

    ref: str | None
    question: Question
    if_busy: IfBusy


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody wants the answer any more."""

    ref: str | None
    correlation_id: CorrelationId


@dataclass(frozen=True, slots=True)
class Follow:
    """Tell what happens behind a cursor; ``None``: from the oldest event that is kept."""

    ref: str | None
    after: Cursor | None


@dataclass(frozen=True, slots=True)
class Ping:
    """Say something."""

    ref: str | None


Frame = Ask | Cancel | Follow | Ping
"""What a client can say."""


class AcceptedFrame(msgspec.Struct, frozen=True, kw_only=True):
    """The question is durable, and any gateway knows it.

    Attributes:
        queue_position: How many questions of the thread were unanswered before it; null when nobody
            can say.
    """

    type: Literal["accepted"] = "accepted"
    ref: str | None
    correlation_id: str
    thread_id: str
    durability: str
    queue_position: int | None


class SettledFrame(msgspec.Struct, frozen=True, kw_only=True):
    """How a request that was to be cancelled ended: so, or as it had before.

    Attributes:
        outcome: As ``POST /api/chat/{correlation_id}/cancel`` tells it.
    """

    type: Literal["settled"] = "settled"
    ref: str | None
    correlation_id: str
    outcome: msgspec.Raw


class ErrorFrame(msgspec.Struct, frozen=True, kw_only=True):
    """A frame that could not be followed; the socket goes on.

    Attributes:
        ref: Of that frame; null if it had none, or if it is none of the client's frames.
        problem: What HTTP would answer.
        retry_after: Seconds after which saying it again makes sense; null if it never does.
    """

    type: Literal["error"] = "error"
    ref: str | None
    problem: ProblemBody
    retry_after: int | None


class PongFrame(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `ping`."""

    type: Literal["pong"] = "pong"
    ref: str | None


Reply = AcceptedFrame | SettledFrame | ErrorFrame | PongFrame
"""What a client is told that is no event."""


def accepted(ref: str | None, receipt: Receipt) -> AcceptedFrame:
    """Return what the sender of a question is told."""
    return AcceptedFrame(
        ref=ref,
        correlation_id=receipt.request.correlation_id,
        thread_id=receipt.request.thread_id,
        durability=receipt.durability,
        queue_position=receipt.queue_position,
    )


def settled(ref: str | None, outcome: Outcome) -> SettledFrame:
    """Return what whoever cancels is told."""
    return SettledFrame(
        ref=ref,
        correlation_id=outcome.correlation_id,
        outcome=msgspec.Raw(encode_outcome(outcome)),
    )


def encode_reply(reply: Reply) -> bytes:
    """Return *reply* as JSON."""
    return _encoder.encode(reply)


def ref_of(document: Mapping[str, object]) -> str | None:
    """Return what the client calls its frame, if that can be said again."""
    ref = document.get("ref")
    return ref if isinstance(ref, str) and _REF.fullmatch(ref) else None


def size_of(text: str) -> int:
    """Return how many bytes a frame of *text* takes."""
    return len(text) if text.isascii() else len(text.encode())


def frame_of(document: Mapping[str, object], *, thread_id: ThreadId, user_id: UserId) -> Frame:
    """Return the frame that *document* is, on a socket of *thread_id*.

    Raises:
        InvalidRequestError: It is none, or has faults.
        NotSupportedError: It is right, and asks for what is not there yet.
    """
    kind = document.get("type")
    if kind == "ask":
        return _ask(document, thread_id, user_id)
    read = _READ.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise InvalidRequestError(Violation(("type",), f"must be one of {', '.join(_TYPES)}"))
    return read(document)


def _ask(document: Mapping[str, object], thread_id: ThreadId, user_id: UserId) -> Ask:
    faults = list(_faulty_ref(document, required=True))
    is_keyed = "idempotency_key" in document
    outside = {"type", "ref", "idempotency_key"}
    try:
        asking = asking_in(
            {name: value for name, value in document.items() if name not in outside},
            user_id=user_id,
            new_thread_id=lambda: thread_id,
            fields=_ASKED,
        )
    except InvalidRequestError as error:
        raise InvalidRequestError(*faults, *error.violations) from error
    if faults:
        raise InvalidRequestError(*faults)
    if is_keyed:
        raise NotSupportedError("`idempotency_key` is not offered yet; leave it out.")
    return Ask(ref_of(document), asking.question, asking.if_busy)


def _cancel(document: Mapping[str, object]) -> Cancel:
    _require(document, "correlation_id")
    return Cancel(ref_of(document), correlation_id_of(str(document.get("correlation_id"))))


def _follow(document: Mapping[str, object]) -> Follow:
    _require(document, "after")
    after = document.get("after")
    return Follow(ref_of(document), None if after is None else Cursor.parse(str(after)))


def _ping(document: Mapping[str, object]) -> Ping:
    _require(document)
    return Ping(ref_of(document))


_READ: Final[Mapping[str, Callable[[Mapping[str, object]], Frame]]] = {
    "cancel": _cancel,
    "follow": _follow,
    "ping": _ping,
}
_TYPES: Final = ("ask", *_READ)


def _require(document: Mapping[str, object], *fields: str) -> None:
    """See that a frame has nothing beside *fields*.

    Raises:
        InvalidRequestError: Naming every fault of that kind.
    """
    faults = [*_faulty_ref(document), *unknown_fields(document, ("type", "ref", *fields))]
    if faults:
        raise InvalidRequestError(*faults)


def _faulty_ref(document: Mapping[str, object], *, required: bool = False) -> Iterator[Violation]:
    if ref_of(document) is None and (required or "ref" in document):
        rule = "must be 1 to 128 visible ASCII characters: your own name of this frame"
        yield Violation(("ref",), rule)
