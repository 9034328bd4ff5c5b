"""What can be said of an operation, beside what its handler and structs say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler

from cse_chat.domain import errors
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.errors import KIND_OF
from cse_chat.entrypoints.http.problem_kinds import ProblemKind
from cse_chat.entrypoints.http.problems import FaultBody
from cse_chat.entrypoints.http.published.inputs import Json

# A bad `Host` is refused before any route is looked for.
_ANYWHERE: Final = (problem_kinds.INVALID_REQUEST, problem_kinds.INTERNAL_ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way in which an operation goes well.

    Attributes:
        examples: By name; structs, or what they would be encoded as. Without any there is no body.
        schema: ``None``: that of the structs.
        also: What else it can be, by media type, as the document describes contents.
        headers: Names of those that are always sent; `openapi` describes them.
        links: Operations to go on with, and what of this answer they need.
    """

    description: str
    examples: Mapping[str, object] = field(default_factory=dict)
    schema: Json | None = None
    media_type: str = "application/json"
    also: Mapping[str, Json] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    links: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A route; its handler says its address, method, id and summary.

    Attributes:
        under: The path that stands before that of the handler.
        raises: What of the domain's errors can come of it.
        problems: What else can; every operation can fail in the ways of `_ANYWHERE`.
        fault: For the example of a request that is refused.
    """

    handler: HTTPRouteHandler | ASGIRouteHandler
    under: str = ""
    tag: str
    description: str
    parameters: tuple[Json, ...] = ()
    body: Json | None = None
    answers: Mapping[int, Answer]
    raises: tuple[type[errors.ChatError], ...] = ()
    problems: tuple[ProblemKind, ...] = ()
    fault: FaultBody | None = None

    @property
    def operation_id(self) -> str:
        """Its name; a handler that speaks ASGI has it among its options."""
        handler = self.handler
        if isinstance(handler, ASGIRouteHandler):
            return str(handler.opt["operation_id"])
        return str(handler.operation_id)

    @property
    def method(self) -> str:
        """The method as the document spells it; HEAD goes without saying."""
        handler = self.handler
        if isinstance(handler, ASGIRouteHandler):
            return str(handler.opt["method"].value).lower()
        (method,) = {str(each) for each in handler.http_methods} - {"HEAD", "OPTIONS"}
        return method.lower()

    @property
    def kinds(self) -> tuple[ProblemKind, ...]:
        """Every kind of problem that can come of it, each once."""
        raised = [KIND_OF[error] for error in self.raises]
        return tuple(dict.fromkeys([*_ANYWHERE, *self.problems, *raised]))
