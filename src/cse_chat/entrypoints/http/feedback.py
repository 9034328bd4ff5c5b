"""What is said about an answer: from untrusted bytes, and back."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Final, Self

import msgspec

from cse_chat.adapters.wire.responses import ChatResponse, Instant
from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.feedback import Feedback, Rating
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.entrypoints.http.bodies import json_object, unknown_fields

_FIELDS: Final = ("rating", "comment")
_encoder = msgspec.json.Encoder()


class FeedbackBody(msgspec.Struct, frozen=True, kw_only=True):
    """What who asked thinks of the answer.

    Attributes:
        rating: `up` or `down`.
        comment: In their own words; possibly empty.
        timestamp: When it was said.
    """

    rating: Rating
    comment: str
    timestamp: Instant

    @classmethod
    def of(cls, feedback: Feedback) -> Self:
        """Return *feedback* in its HTTP shape."""
        return cls(
            rating=feedback.rating,
            comment=feedback.comment,
            timestamp=feedback.given_at.astimezone(UTC),
        )


class RatedResponse(ChatResponse, frozen=True, kw_only=True):
    """An answer that somebody has rated.

    Attributes:
        response: The answer in words.
        timestamp: When it was given.
        artifacts: Its tables and series, where it has any.
        feedback: What who asked thinks of it.
    """

    feedback: FeedbackBody


def encode_rated(outcome: Outcome, feedback: Feedback) -> bytes:
    """Return an answered *outcome* with what was said about it, as JSON."""
    members = msgspec.structs.asdict(ChatResponse.of(outcome))
    return _encoder.encode(RatedResponse(**members, feedback=FeedbackBody.of(feedback)))


def feedback_of(raw: bytes) -> tuple[Rating, str]:
    """Return the rating and the comment in *raw*; without one it is empty.

    Raises:
        InvalidRequestError: Naming every fault that can be told at once.
    """
    document = json_object(raw)
    faults = list(_faults(document))
    if faults:
        raise InvalidRequestError(*faults)
    return Rating(str(document["rating"])), str(document.get("comment", "")).strip()


def _faults(document: Mapping[str, object]) -> Iterator[Violation]:
    if document.get("rating") not in tuple(Rating):
        yield Violation(("rating",), f"must be one of {', '.join(Rating)}")
    if not isinstance(document.get("comment", ""), str):
        yield Violation(("comment",), "must be a string")
    yield from unknown_fields(document, _FIELDS)
