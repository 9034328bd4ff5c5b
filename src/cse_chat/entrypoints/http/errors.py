"""The one place where an error becomes an HTTP answer."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_415_UNSUPPORTED_MEDIA_TYPE,
)

from cse_chat.domain import errors
from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.entrypoints.http import problem_kinds, problems
from cse_chat.entrypoints.http.exchanges import correlate, correlation_id_of, request_id_of

_log = structlog.get_logger(__name__)

KIND_OF: Final[Mapping[type[errors.ChatError], problem_kinds.ProblemKind]] = {
    errors.InvalidRequestError: problem_kinds.INVALID_REQUEST,
    errors.NotFoundError: problem_kinds.NOT_FOUND,
    errors.NotOwnerError: problem_kinds.NOT_FOUND,  # nobody may tell another's thread from none
    errors.ThreadBusyError: problem_kinds.THREAD_BUSY,
    errors.ThreadDeletedError: problem_kinds.NOT_FOUND,
    errors.NotAnsweredError: problem_kinds.NOT_ANSWERED,
    errors.OverloadedError: problem_kinds.OVERLOADED,
    errors.NotAcceptedError: problem_kinds.NOT_ACCEPTED,
    errors.AcceptanceUnknownError: problem_kinds.ACCEPTANCE_UNKNOWN,
    errors.TransportError: problem_kinds.TRANSPORT_UNAVAILABLE,
    errors.CancelUnavailableError: problem_kinds.CANCEL_UNAVAILABLE,
    errors.NotListeningError: problem_kinds.TRANSPORT_UNAVAILABLE,
    errors.ReplyTimeoutError: problem_kinds.REPLY_TIMEOUT,
    errors.AgentError: problem_kinds.AGENT_FAILED,
    errors.AgentUnavailableError: problem_kinds.AGENT_FAILED,
    errors.AgentCrashedError: problem_kinds.AGENT_FAILED,
    errors.AgentRefusedError: problem_kinds.AGENT_FAILED,
    errors.AnswerTooLargeError: problem_kinds.AGENT_FAILED,
    errors.MalformedRecordError: problem_kinds.MALFORMED_RECORD,
    # None of these is the caller's doing, nor for it to know.
    errors.IdConflictError: problem_kinds.INTERNAL_ERROR,
    errors.ClaimLostError: problem_kinds.INTERNAL_ERROR,
    errors.ChatError: problem_kinds.INTERNAL_ERROR,
}
"""Every kind that the domain raises; a test sees that none is missing."""

LOGGED: Final = frozenset(
    {
        problem_kinds.NOT_ACCEPTED,
        problem_kinds.ACCEPTANCE_UNKNOWN,
        problem_kinds.TRANSPORT_UNAVAILABLE,
        problem_kinds.CANCEL_UNAVAILABLE,
        problem_kinds.MALFORMED_RECORD,
        problem_kinds.INTERNAL_ERROR,
    }
)
"""What an operator has to look into."""

_KIND_OF_STATUS: Final[Mapping[int, problem_kinds.ProblemKind]] = {
    kind.status: kind
    for kind in (
        problem_kinds.INVALID_REQUEST,
        problem_kinds.NOT_FOUND,
        problem_kinds.METHOD_NOT_ALLOWED,
        problem_kinds.CONTENT_TOO_LARGE,
        problem_kinds.UNSUPPORTED_MEDIA_TYPE,
    )
}

_KIND_OF_OUTCOME: Final[Mapping[Status, problem_kinds.ProblemKind]] = {
    Status.FAILED: problem_kinds.AGENT_FAILED,
    Status.EXPIRED: problem_kinds.EXPIRED,
    Status.CANCELLED: problem_kinds.CANCELLED,
}

OUTCOMES: Final[tuple[problem_kinds.ProblemKind, ...]] = (
    *_KIND_OF_OUTCOME.values(),
    # Finer names of `failed`; a test sees that no outcome of the domain is missing.
    problem_kinds.SHUTTING_DOWN,
    problem_kinds.PROCESSING_FAILED,
    problem_kinds.NOT_OWNER,
    problem_kinds.ID_CONFLICT,
)
"""How a request can end that somebody waits for, other than by an answer."""

LOCATED: Final = frozenset(
    {problem_kinds.REPLY_TIMEOUT, problem_kinds.ACCEPTANCE_UNKNOWN, *OUTCOMES}
)
"""What is said with a `Location`, where the request can be read."""


class NotSupportedError(HTTPException):
    """The caller asks for a part of the contract that is not built yet."""

    status_code = HTTP_400_BAD_REQUEST


class UnsupportedMediaTypeError(HTTPException):
    """The body is not what the route reads."""

    status_code = HTTP_415_UNSUPPORTED_MEDIA_TYPE


class IncompleteBodyError(HTTPException):
    """The caller went away before all of the body was there; nobody reads the answer."""

    status_code = HTTP_400_BAD_REQUEST


def location_of(correlation_id: str) -> str:
    """Return where the outcome of a request can be read."""
    return f"/api/chat/{correlation_id}"


def events_of(correlation_id: str) -> str:
    """Return where the events of a request can be followed."""
    return f"{location_of(correlation_id)}/events"


def chat_error_response(
    request: Request[Any, Any, Any], error: errors.ChatError
) -> Response[bytes]:
    """Return *error* as its kind; its message and cause are for the log."""
    kind = KIND_OF.get(type(error), problem_kinds.INTERNAL_ERROR)
    headers = {}
    if isinstance(error, errors.ReplyTimeoutError | errors.AcceptanceUnknownError):
        correlate(request.scope, error.correlation_id)
        headers["Location"] = location_of(error.correlation_id)
    if kind in LOGGED:
        _log_failure(request, error)
    violations = error.violations if isinstance(error, errors.InvalidRequestError) else ()
    return problems.problem_response(request, kind, violations=violations, headers=headers)


def outcome_response(request: Request[Any, Any, Any], outcome: Outcome) -> Response[bytes]:
    """Return an *outcome* without an answer to who was waiting for one."""
    problem = outcome.problem
    return problems.problem_response(
        request,
        _KIND_OF_OUTCOME[outcome.status],
        slug=problem.slug if problem else "",
        detail=problem.detail if problem else "",
        headers={"Location": location_of(outcome.correlation_id)},
    )


def http_exception_response(
    request: Request[Any, Any, Any], error: HTTPException
) -> Response[bytes]:
    """Return what the framework or a controller refused."""
    if isinstance(error, NotSupportedError):
        return problems.problem_response(request, problem_kinds.NOT_SUPPORTED, detail=error.detail)
    kind = _KIND_OF_STATUS.get(error.status_code)
    if kind is None:
        return unexpected_error_response(request, error)
    # Only our own words are for callers; the framework's may quote what it was given.
    detail = error.detail if isinstance(error, UnsupportedMediaTypeError) else ""
    return problems.problem_response(request, kind, detail=detail, headers=error.headers)


def unexpected_error_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Return 500 without any detail, and log where it came from."""
    _log_failure(request, error)
    return problems.problem_response(request, problem_kinds.INTERNAL_ERROR)


def _log_failure(request: Request[Any, Any, Any], error: Exception) -> None:
    _log.error(
        "http_request_failed",
        request_id=request_id_of(request.scope),
        correlation_id=correlation_id_of(request.scope),
        exc_info=error,
    )


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    errors.ChatError: chat_error_response,
    HTTPException: http_exception_response,
    Exception: unexpected_error_response,
}
"""For the application as a whole."""
