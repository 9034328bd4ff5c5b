"""Questions at a constant rate: how many are asked, and from when their answers are timed."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bench.load import measure
from tests.bench.test_load import a_plan, an_answer, echoed, serving


async def test_as_many_are_asked_as_are_due_however_quick_the_answers_are() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        result = await measure(replace(a_plan(server), rate=300, seconds=0.5))

    assert result.answers == 150
    assert result.seconds == 0.5
    assert result.errors == {}
    assert len(server.asked) == 150


async def test_what_warms_up_is_asked_and_does_not_count() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        result = await measure(replace(a_plan(server), rate=300, seconds=0.2, warm_up=0.3))

    assert result.answers == 60
    assert len(server.asked) == 150


async def test_a_question_that_waits_for_a_client_is_as_late_as_it_waits() -> None:
    """One client, and a server that takes a while: each question waits for all before it."""

    def slow(body: dict[str, Any]) -> bytes:
        loop = asyncio.get_running_loop()
        end = loop.time() + 0.02
        while loop.time() < end:
            pass
        return an_answer(echoed(body))

    async with serving(slow) as server:
        plan = replace(a_plan(server), clients=1, rate=200, seconds=0.1, patience=10)
        result = await measure(plan)

    assert result.answers == 20
    # The last is due after 95 ms, and answered after 400 ms at the earliest.
    assert result.latencies_ms[-1] > 250


async def test_what_is_answered_after_the_time_counts_as_well() -> None:
    async with serving(lambda body: an_answer(echoed(body))) as server:
        plan = replace(a_plan(server), clients=2, rate=100_000, seconds=0.01, patience=20)
        result = await measure(plan)

    assert result.answers == 1_000
    assert result.errors == {}


async def test_what_nobody_was_free_to_ask_is_an_error() -> None:
    async with serving(lambda body: an_answer(echoed(body))[:-1]) as server:
        result = await measure(replace(a_plan(server), rate=100, patience=0))

    assert result.answers == 0
    assert result.errors == {"no free client": 6, "no answer": 4}


@pytest.mark.parametrize(
    ("status", "reason"), [(503, "status 503"), (200, "wrong answer")], ids=["status", "text"]
)
async def test_a_server_that_errs_gives_errors(status: int, reason: str) -> None:
    async with serving(lambda _: an_answer(b"{}", status=status)) as server:
        result = await measure(replace(a_plan(server), rate=100))

    assert result.errors == {reason: 10}


async def test_where_nobody_listens_nothing_is_asked_and_it_ends() -> None:
    async with serving(lambda _: None) as server:
        pass

    result = await measure(replace(a_plan(server), rate=100, patience=60))

    assert result.errors == {"cannot connect": 4, "no free client": 10}


async def test_a_lost_connection_is_not_used_again() -> None:
    async with serving(lambda _: None) as server:
        result = await measure(replace(a_plan(server), rate=100, patience=60))

    assert result.errors == {"connection lost": 4, "no free client": 6}
