"""`/metrics` over the whole graph, and that what is counted adds up at every moment."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from dependency_injector import providers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from cse_chat.domain.errors import (
    AcceptanceUnknownError,
    AgentRefusedError,
    ChatError,
    OverloadedError,
)
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.outcomes import Outcome, Problem, Status
from cse_chat.domain.model.questions import Question
from cse_chat.entrypoints.cli.vital_signs import Balance
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.http.app import create_app
from cse_chat.entrypoints.metrics.exposition import Found, _metric
from cse_chat.entrypoints.metrics.families import gateway, worker
from cse_chat.entrypoints.metrics.family import Family
from cse_chat.entrypoints.metrics.reading import Scrape
from cse_chat.entrypoints.processes import embedded
from cse_chat.entrypoints.sections.processes import AgentSettings, WorkerSettings
from tests.builders import a_correlation_id, a_question
from tests.clients import client_of
from tests.gateway.graphs import Failing, HeldAgent, a_container, served
from tests.settings import in_memory
from tests.waiting import until

CANARY: Final = "canary-of-a-user"
ASKED: Final = (gateway.ACCEPTED, gateway.REQUESTS, gateway.IN_FLIGHT)
TAKEN: Final = (worker.TAKEN, worker.DELIVERIES, worker.IN_HAND)
OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0"


def counted(container: Container) -> Scrape:
    """Return what a scrape would tell of what is added up; the text takes a hundred times as long."""
    reads = container.metrics()._reads
    metrics = (_metric(*_read(reads[family.name])) for family in (*ASKED, *TAKEN))
    return Scrape(0, {m.samples[0].name: [s[1:3] for s in m.samples] for m in metrics})


def _read(known: tuple[Family, Callable[[], Found]]) -> tuple[Family, Found]:
    family, read = known
    return family, read()


async def test_it_is_text_for_prometheus() -> None:
    async with served() as client:
        response = await client.get("/metrics")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'build_info{agent="echo"' in response.text


async def test_who_asks_for_openmetrics_gets_it() -> None:
    async with served() as client:
        response = await client.get("/metrics", headers={"Accept": OPENMETRICS})

    assert response.headers["content-type"].startswith(OPENMETRICS)
    assert response.text.endswith("# EOF\n")


async def test_head_is_get_and_others_are_not_allowed() -> None:
    async with served() as client:
        assert (await client.head("/metrics")).status_code == 200
        assert (await client.post("/metrics")).status_code == 405


async def test_an_answer_is_counted_where_it_was_asked_and_where_it_was_given() -> None:
    async with served() as client:
        await client.post("/api/chat", json={"message": "hi"})
        found = Scrape.of((await client.get("/metrics")).text, at=0)

    assert found.total("chat_accepted_total") == 1
    assert found.by("chat_requests_total", "outcome")["answered"] == 1
    assert found.total("chat_response_seconds_count") == 1
    assert found.total("chat_deliveries_taken_total") == 1
    assert found.by("kafka_consumer_processing_seconds_count", "outcome")["answered"] == 1
    assert found.series["http_responses_total"] == [({"route": "/api/chat", "status": "200"}, 1)]


async def test_who_waits_and_who_works_is_seen_meanwhile() -> None:
    agent = HeldAgent()
    container = a_container(agent)
    async with client_of(create_app(container)) as client:
        asking = asyncio.create_task(client.post("/api/chat", json={"message": "hi"}))
        await until(lambda: container.slots().locked() or container.slots()._value < 100)
        meanwhile = Scrape.of((await client.get("/metrics")).text, at=0)
        agent.let_go.set()
        await asking
        afterwards = Scrape.of((await client.get("/metrics")).text, at=0)

    gauges = ("chat_inflight_requests", "chat_awaited_requests", "chat_slots_used", "chat_lanes")
    assert [meanwhile.total(name) for name in gauges] == [1, 1, 1, 1]
    assert meanwhile.total("chat_oldest_awaited_seconds") > 0
    assert meanwhile.total("chat_oldest_in_hand_seconds") > 0
    assert afterwards.total("chat_inflight_requests") == 0
    assert afterwards.total("chat_oldest_awaited_seconds") == 0


async def test_what_is_refused_is_counted_by_the_reason() -> None:
    async with served(requests=Failing(OverloadedError("full"))) as client:
        await client.post("/api/chat", json={"message": "hi"})
        found = Scrape.of((await client.get("/metrics")).text, at=0)

    assert found.by("chat_requests_total", "outcome")["overloaded"] == 1
    assert found.total("chat_accepted_total") == 0


async def test_what_nobody_can_say_is_counted_as_that() -> None:
    error = AcceptanceUnknownError(a_correlation_id())
    async with served(send_chat=Failing(error)) as client:
        await client.post("/api/chat", json={"message": "hi"})
        found = Scrape.of((await client.get("/metrics")).text, at=0)

    assert found.by("chat_requests_total", "outcome")["acceptance-unknown"] == 1


async def test_it_is_told_while_the_process_drains() -> None:
    container = a_container()
    async with client_of(create_app(container)) as client:
        container.readiness().draining = True
        response = await client.get("/metrics")

    assert response.status_code == 200
    assert Scrape.of(response.text, at=0).total("chat_ready") == 0


async def test_two_services_in_one_process_count_apart() -> None:
    async with served() as one, served() as other:
        await one.post("/api/chat", json={"message": "hi"})
        counted = [
            Scrape.of((await client.get("/metrics")).text, at=0).total("chat_accepted_total")
            for client in (one, other)
        ]

    assert counted == [1, 0]


@pytest.mark.parametrize("accept", ["text/plain", OPENMETRICS])
async def test_nothing_of_a_user_is_told(accept: str) -> None:
    async with served() as client:
        answered = await client.post(
            f"/api/chat?{CANARY}",
            json={"message": CANARY, "thread_id": CANARY, "metadata": {CANARY: CANARY}},
            headers={"X-Request-Id": CANARY},
        )
        correlation_id = answered.json()["correlation_id"]
        await client.get(f"/api/chat/{correlation_id}")
        await client.get(f"/{CANARY}")
        await client.request(CANARY, "/api/chat")
        text = (await client.get("/metrics", headers={"Accept": accept})).text

    assert CANARY not in text
    assert correlation_id not in text
    assert "local" not in text  # the only user that there is


async def test_what_has_no_source_here_is_not_told() -> None:
    async with served() as client:
        text = (await client.get("/metrics")).text

    assert "redis_" not in text
    assert "reply_bus_" not in text
    assert "kafka_producer_" not in text
    assert "kafka_consumer_lag" not in text


# --- the equations --------------------------------------------------------------------------------


class ActingAgent:
    """Does what the question says; what it holds, it holds until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        if question.text == "hold":
            await self.let_go.wait()
        if question.text == "refuse":
            raise AgentRefusedError("No.")
        if question.text == "crash":
            raise ValueError
        yield Delta(question.text)


class Walk:
    """Questions asked, answered, left and cancelled over the graph, and the sums after each step."""

    def __init__(self) -> None:
        agent = AgentSettings(name="echo", attempts=2)
        worker = WorkerSettings(concurrency=2, window_records=6)
        self.agent = ActingAgent()
        self.container = Container(settings=in_memory(agent=agent, worker=worker))
        self.container.chosen_agent.override(providers.Object(self.agent))
        self.container.pause.override(providers.Object(_turn))
        self.process = embedded(self.container)
        self.asking: list[asyncio.Task[object]] = []

    def check(self) -> tuple[Balance, Balance]:
        scrape = counted(self.container)
        balances = Balance.of_asking(scrape), Balance.of_answering(scrape)
        assert all(balance.holds for balance in balances), list(map(str, balances))
        return balances

    async def take(self, step: tuple[str, int]) -> None:
        act, number = step
        match act:
            case "ask" | "hold" | "refuse" | "crash":
                self.asking.append(asyncio.create_task(self._ask(act, number)))
            case "hang up" if self.asking:
                self.asking[number % len(self.asking)].cancel()
            case "let go":
                self.agent.let_go.set()
            case "rebalance":
                await self.container.memory_log().rebalance()
            case "cancel":
                await self._cancel(number)

    async def _ask(self, text: str, number: int) -> None:
        wait = timedelta(seconds=60 if number % 2 else 0)
        with suppress(ChatError):
            question = a_question(text, thread_id=f"thread-{number % 3}")
            await self.container.counted_asking()(question, wait=wait)

    async def _cancel(self, number: int) -> None:
        """Settle what is open, as another process may."""
        known = list(self.container.memory_log()._appended.values())
        for request in known[number % 3 : number % 3 + 1]:
            problem = Problem(slug="cancelled", detail="Cancelled.")
            outcome = Outcome.unanswered(request, Status.CANCELLED, problem, at=datetime.now(UTC))
            await self.container.record_history()(outcome, request=request)


async def _turn(_: timedelta) -> None:
    await asyncio.sleep(0)


ACTS: Final = ("ask", "hold", "refuse", "crash", "hang up", "let go", "rebalance", "cancel", "turn")


@settings(max_examples=50)
@example([("hold", 1, 12), ("hang up", 0, 2)])
@example([("hold", 1, 12), ("hold", 1, 12), ("rebalance", 0, 12), ("let go", 0, 12)])
@given(
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9), st.integers(0, 12)), max_size=25)
)
def test_what_was_accepted_and_taken_has_ended_or_is_still_here(
    steps: list[tuple[str, int, int]],
) -> None:
    """At every moment, whatever happened."""

    async def walk() -> None:
        walk = Walk()
        async with asyncio.timeout(20), walk.process.opened():
            for act, number, turns in steps:
                await walk.take((act, number))
                walk.check()
                for _ in range(turns):
                    await asyncio.sleep(0)
                    walk.check()
            walk.agent.let_go.set()
            await walk.process.drain(timedelta(seconds=5))
            if walk.asking:
                await asyncio.wait(walk.asking)
            asked, taken = walk.check()
        assert asked.here == taken.here == 0
        assert walk.container.asked().accepting == 0

    with capture_logs():
        asyncio.run(walk())
