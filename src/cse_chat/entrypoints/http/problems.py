"""Problem details (RFC 9457): the documents that tell of a problem, and the page of its kind."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, route
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import Scope

from cse_chat.adapters.wire.responses import problem_title, problem_type
from cse_chat.domain.errors import Violation
from cse_chat.entrypoints.http.exchanges import correlation_id_of, request_id_of
from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.http.problem_kinds import KINDS, ProblemKind

_MAX_FAULTS = 50  # a body of 64 KiB can have thousands; nobody reads them
_MAX_INSTANCE_CHARS = 256
_encoder = msgspec.json.Encoder()


class FaultBody(msgspec.Struct, frozen=True):
    """One thing that is wrong with a request.

    Attributes:
        pointer: Where, as a JSON pointer (RFC 6901); empty for the whole of it.
        detail: What is expected.
    """

    pointer: str
    detail: str

    @classmethod
    def of(cls, violation: Violation) -> "FaultBody":
        """Return *violation* with its path as a JSON pointer (RFC 6901)."""
        steps = (step.replace("~", "~0").replace("/", "~1") for step in violation.path)
        pointer = "".join(f"/{step}" for step in steps)
        # A field's name comes from outside: a lone surrogate in it could not be sent back.
        return cls(pointer.encode(errors="replace").decode(), violation.rule)


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem document (RFC 9457).

    Attributes:
        type: Names the kind of problem, and is where to read about it.
        title: The kind in words; the same at every occurrence.
        detail: What happened and what to do.
        instance: The path that was asked for.
        request_id: Names this exchange in the log of the service.
        correlation_id: The request that it is about, where there is one.
        errors: What is wrong with what was sent, fault by fault.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    correlation_id: str | None = None
    errors: tuple[FaultBody, ...] = ()


def problem_document(  # noqa: D417 -- the others are what they are called
    scope: Scope,
    kind: ProblemKind,
    *,
    slug: str = "",
    detail: str = "",
    violations: Iterable[Violation] = (),
    correlation_id: str | None = None,
) -> ProblemBody:
    """Return what tells of a problem of *kind*.

    Args:
        slug: A finer name of the kind.
        detail: Better words than those of the kind; holds no internals.
    """
    slug = slug or kind.slug
    return ProblemBody(
        type=problem_type(slug),
        title=problem_title(slug),
        status=kind.status,
        detail=detail or kind.detail,
        instance=quote(scope["path"], errors="replace")[:_MAX_INSTANCE_CHARS],
        request_id=request_id_of(scope),
        correlation_id=correlation_id,
        errors=tuple(map(FaultBody.of, violations))[:_MAX_FAULTS],
    )


def problem_response(
    request: Request[Any, Any, Any],
    kind: ProblemKind,
    *,
    slug: str = "",
    detail: str = "",
    violations: Iterable[Violation] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """Return the document that tells of a problem of *kind*, as a response."""
    document = problem_document(
        request.scope,
        kind,
        slug=slug,
        detail=detail,
        violations=violations,
        correlation_id=correlation_id_of(request.scope),
    )
    retry = {} if kind.retry_after is None else {"Retry-After": str(kind.retry_after)}
    return Response(
        _encoder.encode(document),
        status_code=kind.status,
        media_type="application/problem+json",
        headers={**retry, **(headers or {})},
    )


@route(
    "/problems/{slug:str}",
    http_method=READING,
    operation_id="ReadProblem",
    media_type=MediaType.TEXT,
)
async def problem_page(slug: FromPath[str]) -> str:
    """Say what a kind of problem means."""
    kind = KINDS.get(slug)
    if kind is None:
        raise NotFoundException
    return f"{problem_title(slug)} ({kind.status})\n\n{kind.detail}\n"
