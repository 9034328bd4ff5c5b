"""`cse-chat run` over each mix of transports: it answers, and ends as it should."""

import signal
from collections.abc import Callable

import httpx
import pytest

from tests.integration.processes import RunningProcess, wait_until
from tests.integration.roles.conftest import Servers


@pytest.mark.parametrize("replies", ["memory", "redis"])
@pytest.mark.parametrize("requests", ["memory", "kafka"])
def test_a_question_is_answered_and_read_again_over_any_mix(
    start: Callable[..., RunningProcess], servers: Servers, requests: str, replies: str
) -> None:
    service = start(REQUESTS__TRANSPORT=requests, REPLIES__TRANSPORT=replies, **servers.settings)
    wait_until(lambda: httpx.get(f"{service.url}/health/ready").status_code == 200)

    answer = service.ask("hello")

    assert (answer.status_code, answer.json()["response"]) == (
        200,
        "Processed your query: 'hello'",
    )
    assert answer.json()["metadata"]["durability"] == requests
    again = httpx.get(f"{service.url}/api/chat/{answer.json()['correlation_id']}")
    assert again.json() == answer.json()
    thread = answer.json()["thread_id"]
    turns = httpx.get(f"{service.url}/api/threads/{thread}/messages").json()["messages"]
    assert [turn["role"] for turn in turns] == ["user", "agent"]
    told = httpx.get(f"{service.url}/health/ready").json()
    assert (told["requests"]["transport"], told["replies"]["transport"]) == (requests, replies)
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(20) == 0
