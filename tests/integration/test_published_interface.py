"""The service keeps to the document that it publishes, whatever it is sent.

Right and wrong data and methods that it does not name are generated from the document, and its links
are followed. A failure names the request as a curl command.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from threading import Event, Thread
from typing import Any, Final

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.jsonschema.types import JsonValue

from cse_chat.domain.errors import AgentRefusedError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.http.openapi import openapi_document
from tests.clients import listening
from tests.gateway.graphs import a_container

CONFIG: Final = {
    "generation": {"deterministic": True, "max-examples": 10, "database": "none"},
    "checks": {
        # These two are answers: the agent refused, or is not done yet.
        "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "502", "504"]},
    },
}


class VariousAgent:
    """Answers, refuses or never ends, by the length of the question."""

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        match len(question.text) % 4:
            case 1:
                raise AgentRefusedError("I do not like questions of this length.")
            case 2:  # see `wait_for_what_ends`
                await asyncio.Event().wait()
        yield Basis(model_used="various")
        yield Delta(f"{question.text}, after {len(history)} exchanges")


def wait_for_what_ends(case: schemathesis.Case[Any]) -> None:
    """Ask what is never answered without patience, and where no other question has to wait for it.

    So all other questions can be given the time that a busy machine needs.
    """
    if not isinstance(case.body, dict) or not _is_right(case):
        return
    message = case.body.get("message")
    if isinstance(message, str) and len(message) % 4 == 2:
        case.body.pop("thread_id", None)
        in_background = "respond-async" in str(case.headers.get("Prefer"))
        case.headers["Prefer"] = "respond-async" if in_background else "wait=0"


def _is_right(case: schemathesis.Case[Any]) -> bool:
    return bool(case.meta and case.meta.generation.mode.is_positive)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A service in a thread, because the generator of requests blocks its own."""
    started, ended, addresses = Event(), asyncio.Event(), []

    async def serve() -> None:
        async with listening(create_app(a_container(VariousAgent(), wait_seconds=2))) as address:
            addresses.append(address)
            started.set()
            await ended.wait()

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        thread = Thread(target=runner.run, args=(serve(),))
        thread.start()
        assert started.wait(timeout=10)
        yield addresses[0]
        loop.call_soon_threadsafe(ended.set)
        thread.join()


DOCUMENT: Final = openapi_document()
SCHEMA: Final = schemathesis.openapi.from_dict(
    DOCUMENT, config=SchemathesisConfig.from_dict(CONFIG)
)


OPERATIONS: Final = {
    operation.definition.raw["operationId"]: operation
    for operation in (SCHEMA[path][method] for path in SCHEMA for method in SCHEMA[path])
}


def rather_look_than_follow(case: schemathesis.Case[Any]) -> None:
    """Ask for events as JSON: a stream of them may never end; those have tests of their own."""
    if not case.operation.path.endswith("/events"):
        return
    case.headers["Accept"] = "application/json"
    if _is_right(case):  # the generator does not mind the pattern of a header
        case.headers.pop("Last-Event-ID", None)


@SCHEMA.parametrize()
def test_every_operation_keeps_to_the_document(case: schemathesis.Case[Any], url: str) -> None:
    wait_for_what_ends(case)
    rather_look_than_follow(case)
    case.call_and_validate(base_url=url)


def test_each_link_leads_on_as_the_document_says(url: str) -> None:
    """From a question to its answer, done or not, and from page to page of the conversation."""
    followed: set[tuple[str, str, str]] = set()
    answered: JsonValue = {"message": "four"}
    endless: JsonValue = {"message": "never."}
    ways = [
        OPERATIONS["ListThreads"].Case(query={"limit": 1}),  # the last to be taken
        OPERATIONS["SendChat"].Case(body=answered),
        OPERATIONS["SendChat"].Case(body=endless, headers={"Prefer": "respond-async"}),
    ]

    while ways:
        case = ways.pop()
        rather_look_than_follow(case)
        response = case.call_and_validate(base_url=url)
        for name, link in links_of(case, response).items():
            place = (case.operation.label, str(response.status_code), name)
            if place not in followed and (way := along(link, case, response)):
                followed.add(place)
                # Cancelling last of all: what was open before is open no more.
                ways.insert(0 if name == "CancelChat" else len(ways), way)

    assert followed == {
        (operation.label, status, name)
        for operation in OPERATIONS.values()
        for status, documented in operation.definition.raw["responses"].items()
        for name in documented.get("links", {})
    }


def links_of(
    case: schemathesis.Case[Any], response: schemathesis.Response
) -> Mapping[str, Mapping[str, Any]]:
    documented: Mapping[str, Any] = case.operation.definition.raw["responses"]
    links: Mapping[str, Mapping[str, Any]] = documented[str(response.status_code)].get("links", {})
    return links


def along(
    link: Mapping[str, Any], case: schemathesis.Case[Any], response: schemathesis.Response
) -> schemathesis.Case[Any] | None:
    """Return the request that *link* leads to, or None where it says that there is none."""
    expressions: Mapping[str, str] = link["parameters"]
    values = {
        name: response.json()[expression.removeprefix("$response.body#/")]
        if expression.startswith("$response")
        else case.path_parameters[expression.removeprefix("$request.path.")]
        for name, expression in expressions.items()
    }
    if None in values.values():
        return None
    operation = OPERATIONS[link["operationId"]]
    in_path = {name: value for name, value in values.items() if f"{{{name}}}" in operation.path}
    in_query = {name: value for name, value in values.items() if name not in in_path}
    paged = {"limit": 1} if link["operationId"] in {"ReadHistory", "ListThreads"} else {}
    return operation.Case(path_parameters=in_path, query=in_query | paged)
