"""The kinds of problems (RFC 9457) that there are: slug, status, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_405_METHOD_NOT_ALLOWED,
    HTTP_409_CONFLICT,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_502_BAD_GATEWAY,
    HTTP_503_SERVICE_UNAVAILABLE,
    HTTP_504_GATEWAY_TIMEOUT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """A kind of problem.

    Attributes:
        slug: Public, stable and unique.
        detail: What happened and what to do; said unless something better is known.
        retry_after: Seconds after which asking again makes sense; ``None`` if it never does.
    """

    slug: str
    status: int
    detail: str
    retry_after: int | None = None


INVALID_REQUEST: Final = ProblemKind(
    slug="invalid-request",
    status=HTTP_400_BAD_REQUEST,
    detail="The request has faults; correct what `errors` names and send it again.",
)
NOT_SUPPORTED: Final = ProblemKind(
    slug="not-supported",
    status=HTTP_400_BAD_REQUEST,
    detail="The request asks for what this service does not offer yet; send it without that.",
)
NOT_FOUND: Final = ProblemKind(
    slug="not-found",
    status=HTTP_404_NOT_FOUND,
    detail="There is nothing here, or it is not yours; check the address and the id in it.",
)
ORIGIN_NOT_ALLOWED: Final = ProblemKind(
    slug="origin-not-allowed",
    status=HTTP_403_FORBIDDEN,
    detail="A page may open a socket only to the host that it came from; open it from there.",
)
METHOD_NOT_ALLOWED: Final = ProblemKind(
    slug="method-not-allowed",
    status=HTTP_405_METHOD_NOT_ALLOWED,
    detail="This address does not take that method; the `Allow` header names those it takes.",
)
CONTENT_TOO_LARGE: Final = ProblemKind(
    slug="content-too-large",
    status=HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    detail="The body is larger than 64 KiB; send a shorter question.",
)
UNSUPPORTED_MEDIA_TYPE: Final = ProblemKind(
    slug="unsupported-media-type",
    status=HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    detail="Send JSON in UTF-8, with Content-Type: application/json.",
)
REPLY_TIMEOUT: Final = ProblemKind(
    slug="reply-timeout",
    status=HTTP_504_GATEWAY_TIMEOUT,
    detail="The answer is not there yet. It still comes: read it at the `Location`.",
)
AGENT_FAILED: Final = ProblemKind(
    slug="agent-failed",
    status=HTTP_502_BAD_GATEWAY,
    detail="The question could not be answered; ask again, or ask it in another way.",
)
SHUTTING_DOWN: Final = ProblemKind(
    slug="shutting-down",
    status=HTTP_502_BAD_GATEWAY,
    detail="The service was stopped before it could answer; ask again.",
)
PROCESSING_FAILED: Final = ProblemKind(
    slug="processing-failed",
    status=HTTP_502_BAD_GATEWAY,
    detail="The service could not process the question; ask again.",
)
NOT_OWNER: Final = ProblemKind(
    slug="not-owner",
    status=HTTP_502_BAD_GATEWAY,
    detail="The thread belongs to another user; ask in a thread of your own.",
)
ID_CONFLICT: Final = ProblemKind(
    slug="id-conflict",
    status=HTTP_502_BAD_GATEWAY,
    detail="The correlation id is that of another user's or thread's request; ask again.",
)
EXPIRED: Final = ProblemKind(
    slug="expired",
    status=HTTP_504_GATEWAY_TIMEOUT,
    detail="The question was not answered before its deadline; ask again.",
)
CANCELLED: Final = ProblemKind(
    slug="cancelled",
    status=HTTP_409_CONFLICT,
    detail="The question was cancelled before it was answered; ask again if you still want it.",
)
THREAD_BUSY: Final = ProblemKind(
    slug="thread-busy",
    status=HTTP_409_CONFLICT,
    detail="An earlier question of the thread is not answered yet, and `if_busy` is `reject`;"
    " nothing of this one was kept.",
    retry_after=1,
)
CANCEL_UNAVAILABLE: Final = ProblemKind(
    slug="cancel-unavailable",
    status=HTTP_503_SERVICE_UNAVAILABLE,
    detail="Nobody can say now whether the question is cancelled; cancel it again in a moment.",
    retry_after=2,
)
NOT_ANSWERED: Final = ProblemKind(
    slug="not-answered",
    status=HTTP_409_CONFLICT,
    detail="Feedback is for answers, and this question has none; send it once it is answered.",
)
OVERLOADED: Final = ProblemKind(
    slug="overloaded",
    status=HTTP_503_SERVICE_UNAVAILABLE,
    detail="Too many questions are waiting; nothing of yours was kept, ask again in a moment.",
    retry_after=2,
)
NOT_ACCEPTED: Final = ProblemKind(
    slug="not-accepted",
    status=HTTP_503_SERVICE_UNAVAILABLE,
    detail="The question could not be stored; nothing of it was kept, ask again in a moment.",
    retry_after=2,
)
ACCEPTANCE_UNKNOWN: Final = ProblemKind(
    slug="acceptance-unknown",
    status=HTTP_503_SERVICE_UNAVAILABLE,
    detail="Nobody can say whether the question was stored; look at the `Location` before you"
    " ask again.",
    retry_after=2,
)
TRANSPORT_UNAVAILABLE: Final = ProblemKind(
    slug="transport-unavailable",
    status=HTTP_503_SERVICE_UNAVAILABLE,
    detail="A store that is needed for this does not answer; try again in a moment.",
    retry_after=2,
)
MALFORMED_RECORD: Final = ProblemKind(
    slug="malformed-record",
    status=HTTP_503_SERVICE_UNAVAILABLE,
    detail="What is stored of this cannot be read; tell the operator the `request_id`.",
)
INTERNAL_ERROR: Final = ProblemKind(
    slug="internal-error",
    status=HTTP_500_INTERNAL_SERVER_ERROR,
    detail="Something went wrong on our side; tell the operator the `request_id`.",
)

KINDS: Final[Mapping[str, ProblemKind]] = {
    kind.slug: kind
    for kind in (
        INVALID_REQUEST,
        NOT_SUPPORTED,
        NOT_FOUND,
        ORIGIN_NOT_ALLOWED,
        METHOD_NOT_ALLOWED,
        CONTENT_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        REPLY_TIMEOUT,
        AGENT_FAILED,
        SHUTTING_DOWN,
        PROCESSING_FAILED,
        NOT_OWNER,
        ID_CONFLICT,
        EXPIRED,
        CANCELLED,
        THREAD_BUSY,
        CANCEL_UNAVAILABLE,
        NOT_ANSWERED,
        OVERLOADED,
        NOT_ACCEPTED,
        ACCEPTANCE_UNKNOWN,
        TRANSPORT_UNAVAILABLE,
        MALFORMED_RECORD,
        INTERNAL_ERROR,
    )
}
