"""The published description of the HTTP interface: OpenAPI 3.1, made of what the routes are."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any, Final

import msgspec

from cse_chat.adapters.wire.responses import problem_title, problem_type
from cse_chat.entrypoints.http.errors import LOCATED
from cse_chat.entrypoints.http.problem_kinds import INVALID_REQUEST, ProblemKind
from cse_chat.entrypoints.http.problems import FaultBody, ProblemBody
from cse_chat.entrypoints.http.published import examples, inputs
from cse_chat.entrypoints.http.published.docstrings import explain
from cse_chat.entrypoints.http.published.inputs import Json
from cse_chat.entrypoints.http.published.operation import Answer, Operation
from cse_chat.entrypoints.http.published.operations import OPERATIONS

_REFERENCE: Final = "#/components/schemas/{name}"
_PROBLEM: Final = "application/problem+json"

_HEADERS: Final[Mapping[str, Json]] = {
    "X-Request-Id": {
        "description": "Names this exchange in the log of the service.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
        "example": examples.REQUEST_ID,
    },
    "X-Correlation-Id": {
        "description": "Names the request that this is about, where there is one.",
        "schema": inputs.CORRELATION_ID["schema"],
        "example": examples.CORRELATION_ID,
    },
    "Location": {
        "description": "Where the outcome of the request can be read.",
        "schema": {"type": "string", "format": "uri-reference"},
        "example": f"/api/chat/{examples.CORRELATION_ID}",
    },
    "Retry-After": {
        "description": "Seconds after which asking again makes sense.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 2,
    },
    "Preference-Applied": {
        "description": "What of `Prefer` was followed (RFC 7240).",
        "schema": {"type": "string"},
        "example": "respond-async, wait=10",
    },
}

_DESCRIPTION: Final = """\
Ask about the Colombo Stock Exchange, and read the answers.

Every error is `application/problem+json` (RFC 9457); its `type` leads to what it means. Every \
response names its exchange in `X-Request-Id`. GET routes take HEAD, too; another method is 405 \
with `Allow`. Unknown fields of a body are refused, unknown query parameters ignored.\
"""


def openapi_document() -> dict[str, Any]:
    """Return the description of every route but those of the pages.

    It depends on nothing but the code: the same at every call, as JSON takes it.
    """
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(_path_of(operation), {})[operation.method] = _described(operation)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "cse-chat",
            "version": version("cse-chat"),
            "description": _DESCRIPTION,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This service."}],
        "tags": [
            {"name": "chat", "description": "Ask, and read how it ended."},
            {"name": "threads", "description": "Conversations."},
            {"name": "health", "description": "How the process is."},
            {"name": "problems", "description": "What the kinds of errors mean."},
        ],
        "paths": paths,
        "components": {"schemas": _schemas()},
    }
    # There and back: what was a struct, a date or a tuple is now what a reader would get.
    return dict(msgspec.json.decode(msgspec.json.encode(document)))


def _path_of(operation: Operation) -> str:
    (path,) = operation.handler.paths
    return operation.under + re.sub(r":\w+}", "}", path).rstrip("/")


def _described(operation: Operation) -> Json:
    words = inspect.getdoc(operation.handler.fn) or ""
    described: Json = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": words.partition("\n")[0].removesuffix(".").replace("*", ""),
        "description": operation.description,
        "parameters": [*operation.parameters, inputs.REQUEST_ID],
    }
    if operation.body:
        described["requestBody"] = operation.body
    return {**described, "responses": dict(sorted(_responses(operation)))}


def _responses(operation: Operation) -> Iterator[tuple[str, Json]]:
    for status, answer in operation.answers.items():
        yield str(status), _answered(answer)
    for status in {kind.status for kind in operation.kinds}:
        kinds = [kind for kind in operation.kinds if kind.status == status]
        yield str(status), _refused(operation, kinds)


def _answered(answer: Answer) -> Json:
    structs = {type(example).__name__: None for example in answer.examples.values()}
    references = [{"$ref": _REFERENCE.format(name=name)} for name in structs]
    schema = references[0] if len(references) == 1 else {"oneOf": references}
    described: Json = {
        "description": answer.description,
        "headers": _headers(required=("X-Request-Id", *answer.headers)),
    }
    if answer.examples:
        examples = {name: {"value": example} for name, example in answer.examples.items()}
        content = {"schema": answer.schema or schema, "examples": examples}
        described["content"] = {answer.media_type: content, **answer.also}
    return {**described, "links": dict(answer.links)} if answer.links else described


def _refused(operation: Operation, kinds: list[ProblemKind]) -> Json:
    tellings = [_headers_of(kind) for kind in kinds]
    return {
        "description": "\n\n".join(f"`{kind.slug}`: {kind.detail}" for kind in kinds),
        "headers": _headers(
            required=("X-Request-Id", *set.intersection(*tellings)),
            optional=("X-Correlation-Id", *set.union(*tellings)),
        ),
        "content": {
            _PROBLEM: {
                "schema": {"$ref": _REFERENCE.format(name=ProblemBody.__name__)},
                "examples": {
                    kind.slug: {
                        "summary": problem_title(kind.slug),
                        "value": _problem(operation, kind),
                    }
                    for kind in kinds
                },
            }
        },
    }


def _headers_of(kind: ProblemKind) -> set[str]:
    located = {"Location", "X-Correlation-Id"} if kind in LOCATED else set()
    return located | ({"Retry-After"} if kind.retry_after else set())


def _headers(*, required: Iterable[str], optional: Iterable[str] = ()) -> Json:
    needed = set(required)
    return {
        name: {**_HEADERS[name], "required": name in needed}
        for name in sorted({*needed, *optional})
    }


def _problem(operation: Operation, kind: ProblemKind) -> ProblemBody:
    given = {parameter["name"]: parameter.get("example") for parameter in operation.parameters}
    refused = kind is INVALID_REQUEST
    named = kind in LOCATED or ("correlation_id" in given and not refused)
    return ProblemBody(
        type=problem_type(kind.slug),
        title=problem_title(kind.slug),
        status=kind.status,
        detail=kind.detail,
        instance=_path_of(operation).format(**given),
        request_id=examples.REQUEST_ID,
        correlation_id=examples.CORRELATION_ID if named else None,
        errors=(operation.fault,) if refused and operation.fault else (),
    )


def _schemas() -> Json:
    structs = {
        type(example)
        for operation in OPERATIONS
        for answer in operation.answers.values()
        for example in answer.examples.values()
        if isinstance(example, msgspec.Struct)
    }
    _, components = msgspec.json.schema_components(
        [*structs, ProblemBody, FaultBody], ref_template=_REFERENCE
    )
    for schema in components.values():
        explain(schema)
    return dict(sorted({**components, "Question": inputs.QUESTION}.items()))
