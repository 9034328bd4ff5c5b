"""Agents whose opening or closing is cancelled, by themselves or by us."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Self

import pytest
from structlog.testing import capture_logs

from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.entrypoints.agents import AgentFaultError
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent


class Waiting:
    """Has a task of its own, which it ends and waits for: then the wait itself is cancelled."""

    def __init__(self, *, when: str) -> None:
        self._when = when

    async def _await_cancelled(self) -> None:
        task = asyncio.create_task(asyncio.Event().wait())
        task.cancel()
        await task

    async def __aenter__(self) -> Self:
        if self._when == "opening":
            await self._await_cancelled()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._when == "closing":
            await self._await_cancelled()
        if self._when == "for ever":
            await asyncio.Event().wait()

    async def answer(self, question: object, history: object) -> AsyncGenerator[AgentEvent]:
        yield Delta("Here.")


async def test_a_cancelled_task_of_its_own_keeps_no_agent_from_being_closed() -> None:
    with capture_logs() as logs:
        async with GuardedAgent(Waiting(when="closing")):
            pass

    assert [line["event"] for line in logs] == ["agent_not_closed"]


async def test_a_cancelled_task_of_its_own_is_a_fault_of_opening() -> None:
    with pytest.raises(AgentFaultError, match="CancelledError"):
        async with GuardedAgent(Waiting(when="opening")):
            pass


async def test_who_stops_the_process_stops_the_closing() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01), GuardedAgent(Waiting(when="for ever")):
            pass
