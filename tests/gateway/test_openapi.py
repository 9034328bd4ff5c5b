"""The published document is valid, complete, and says what the routes do."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import jsonschema_rs
import pytest
from litestar.routes import HTTPRoute
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from cse_chat.domain import errors, use_cases
from cse_chat.domain.model.ids import is_correlation_id, is_thread_id
from cse_chat.domain.model.outcomes import Problem
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.http.errors import KIND_OF, OUTCOMES
from cse_chat.entrypoints.http.openapi import openapi_document
from cse_chat.entrypoints.http.published import examples
from cse_chat.entrypoints.http.published.operation import Operation
from cse_chat.entrypoints.http.published.operations import OPERATIONS
from tests.gateway.graphs import Failing, a_container, served

DOCUMENT: Final = openapi_document()
PAGES: Final = re.compile("/|/static/.*|/schema.*|/asyncapi.*")
# What stands in for the domain, and what is asked, by operation.
FAILING: Final = {
    "SendChat": ("send_chat", "POST", "/api/chat"),
    "ReadAnswer": ("read_answer", "GET", f"/api/chat/{examples.CORRELATION_ID}"),
    "CancelChat": ("cancel_chat", "POST", f"/api/chat/{examples.CORRELATION_ID}/cancel"),
    "ReadHistory": ("read_history", "GET", f"/api/threads/{examples.THREAD_ID}/messages"),
    "ReadRequestEvents": (
        "follow_request",
        "GET",
        f"/api/chat/{examples.CORRELATION_ID}/events",
    ),
    "ReadThreadEvents": ("follow_thread", "GET", f"/api/threads/{examples.THREAD_ID}/events"),
    "GiveFeedback": ("give_feedback", "POST", f"/api/chat/{examples.CORRELATION_ID}/feedback"),
    "ListThreads": ("conversations", "GET", "/api/threads"),
    "ReadThread": ("read_thread", "GET", f"/api/threads/{examples.THREAD_ID}"),
    "RenameThread": ("rename_thread", "PATCH", f"/api/threads/{examples.THREAD_ID}"),
    "DeleteThread": ("delete_thread", "DELETE", f"/api/threads/{examples.THREAD_ID}"),
}
SENT: Final[Mapping[str, object]] = {
    "SendChat": {"message": "Top stocks?"},
    "GiveFeedback": {"rating": "up"},
    "RenameThread": {"title": "Banks"},
}
JSON: Final = {"Accept": "application/json"}


def described(operation_id: str) -> dict[str, Any]:
    (found,) = (
        operation
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
        if operation["operationId"] == operation_id
    )
    return dict(found)


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every description of a body, with a name to find it by."""
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            described = {**operation["responses"], "request": operation.get("requestBody", {})}
            for part, response in described.items():
                for media_type, content in response.get("content", {}).items():
                    yield f"{path} {part} {media_type}", content


def an_error(kind: type[errors.ChatError]) -> errors.ChatError:
    if kind is errors.ReplyTimeoutError:
        return errors.ReplyTimeoutError(examples.CORRELATION_ID, "t", timedelta(seconds=1))
    if kind is errors.AcceptanceUnknownError:
        return errors.AcceptanceUnknownError(examples.CORRELATION_ID)
    return kind("no")


def test_it_is_openapi_3_1() -> None:
    assert not list(OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT))


def test_it_is_the_same_at_every_call() -> None:
    assert openapi_document() == DOCUMENT


async def test_it_is_served_as_it_is() -> None:
    async with served() as client:
        response = await client.get("/schema/openapi.json")

    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-cache"
    assert response.json() == DOCUMENT


def test_every_route_is_described_but_those_of_the_pages() -> None:
    routes = [route for route in create_app(a_container()).routes if isinstance(route, HTTPRoute)]
    names = {
        handler.operation_id
        for route in routes
        for handler in route.route_handlers
        if not PAGES.fullmatch(route.path) and "OPTIONS" not in handler.http_methods
    }

    assert {operation.operation_id for operation in OPERATIONS} == {*names, "SendChat"}


def test_every_example_fits_its_schema(subtests: pytest.Subtests) -> None:
    for name, content in contents():
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema)
        for example in content["examples"].values():
            with subtests.test(name):
                validator.validate(example["value"])


def test_every_field_of_a_body_that_is_no_plain_name_is_explained() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    assert all(schema["description"] for schema in schemas.values())
    assert not [name for name, schema in schemas.items() if "Attributes:" in schema["description"]]
    assert schemas["ChatResponse"]["properties"]["artifacts"]["description"]


def test_every_kind_of_problem_is_described_where_it_can_happen() -> None:
    """But 405, which says that there is no such operation, and what only a socket is refused for."""
    kinds = {kind for operation in OPERATIONS for kind in operation.kinds}

    elsewhere = {problem_kinds.METHOD_NOT_ALLOWED, problem_kinds.ORIGIN_NOT_ALLOWED}
    assert kinds == {*problem_kinds.KINDS.values()} - elsewhere
    assert kinds >= {*KIND_OF.values(), *OUTCOMES}


def test_every_outcome_of_the_domain_is_a_kind_of_problem() -> None:
    names = [module.name for module in pkgutil.iter_modules(use_cases.__path__)]
    modules = [importlib.import_module(f"{use_cases.__name__}.{name}") for name in names]
    found = {
        value.slug for m in modules for value in vars(m).values() if isinstance(value, Problem)
    }

    assert found
    assert found <= problem_kinds.KINDS.keys()


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (operation, kind)
        for operation in OPERATIONS
        if operation.operation_id in FAILING
        for kind in operation.raises
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_an_error_of_the_domain_is_answered_as_described(
    operation: Operation, kind: type[errors.ChatError]
) -> None:
    name = operation.operation_id
    provider, method, path = FAILING[name]
    standing_in: dict[str, Any] = {provider: Failing(an_error(kind))}
    async with served(**standing_in) as client:
        response = await client.request(method, path, json=SENT.get(name), headers=JSON)

    answer = described(name)["responses"][str(response.status_code)]
    content = answer["content"][response.headers["content-type"]]
    assert response.json()["type"].removeprefix("/problems/") in content["examples"]
    needed = {name for name, header in answer["headers"].items() if header["required"]}
    assert needed <= {given.title() for given in response.headers}
    assert {given.title() for given in response.headers} & {"Location", "Retry-After"} <= {
        *answer["headers"]
    }


@pytest.mark.parametrize("path", ["/", "/health/live", "/problems/expired", "/schema", "/nothing"])
async def test_head_is_get_without_the_body(path: str) -> None:
    """The body is left out by the server; see `tests/integration/test_http_connections.py`."""
    async with served() as client:
        head, get = await client.head(path), await client.get(path)

    ours = {"x-request-id", "date", "content-length"}
    assert head.status_code == get.status_code
    assert head.headers.keys() == get.headers.keys()
    assert {name: head.headers[name] for name in head.headers.keys() - ours} == {
        name: get.headers[name] for name in get.headers.keys() - ours
    }


def test_every_route_that_can_be_read_takes_head() -> None:
    routes = create_app(a_container()).routes

    readable = [route for route in routes if "GET" in route.methods]
    assert readable
    assert not [route.path for route in readable if "HEAD" not in route.methods]


def test_the_examples_are_ids_of_ours() -> None:
    assert is_correlation_id(examples.CORRELATION_ID)
    assert is_thread_id(examples.THREAD_ID)


async def test_an_unknown_query_parameter_is_ignored() -> None:
    async with served() as client:
        response = await client.get("/health/live", params={"nonsense": "1"})

    assert response.status_code == 200
