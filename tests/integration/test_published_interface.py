"""The service keeps to the document that it publishes, whatever it is sent.

Everything here is generated from the document: right and wrong data, methods it does not name, and
walks along its links. A failure names the request as a curl command.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from threading import Event, Thread
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.config import SchemathesisConfig
from typing_extensions import override

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


SCHEMA: Final = schemathesis.openapi.from_dict(
    openapi_document(), config=SchemathesisConfig.from_dict(CONFIG)
)
WALKS: Final = settings(
    max_examples=40, stateful_step_count=5, derandomize=True, database=None, deadline=None
)


@SCHEMA.parametrize()
def test_every_operation_keeps_to_the_document(case: schemathesis.Case[Any], url: str) -> None:
    wait_for_what_ends(case)
    case.call_and_validate(base_url=url)


def test_walks_along_the_links_keep_to_the_document(url: str) -> None:
    """From a question to its answer, and from page to page of the conversation."""
    seen: set[tuple[str, int]] = set()

    class Walk(SCHEMA.as_state_machine()):  # type: ignore[misc]  # made of the document
        @override
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"base_url": url}

        @override
        def before_call(self, case: schemathesis.Case[Any]) -> None:
            wait_for_what_ends(case)

        @override
        def after_call(self, response: schemathesis.Response, case: schemathesis.Case[Any]) -> None:
            seen.add((case.operation.label, response.status_code))

    Walk.run(settings=WALKS)

    asked = {("POST /api/chat", status) for status in (200, 202, 400, 502, 504)}
    read = {("GET /api/chat/{correlation_id}", status) for status in (200, 202)}
    assert seen >= asked | read | {("GET /api/threads/{thread_id}/messages", 200)}
