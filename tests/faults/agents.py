"""The agent of the processes that may die: the question says what it does."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from cse_chat.domain.errors import AgentRefusedError, AgentUnavailableError
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question
from tests.faults.failpoints import KilledError, Process
from tests.faults.world import EARLY, Execution, World


class ModalAgent:
    """Does what the first word of the question says, and writes down that it did.

    ``answer``, ``slow`` (after a second), ``refuse``, ``break`` (always), ``hiccup`` (breaks at its
    first execution only), ``bug`` (raises what is not ours), ``poison`` (its process dies), ``hang``,
    ``hold`` (waits in `World.held` to be told one of these).
    """

    def __init__(self, world: World, process: Process, *, is_early: bool) -> None:
        self._world = world
        self._process = process
        self._is_early = is_early

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        """See `Agent.answer`."""
        await self._process.pass_through()  # no call to the outside need have come before it
        self._process.step("before the agent")
        run = Execution(question.text, question.thread_id, self._process, self._is_early)
        earlier = sum(run.text == question.text for run in self._world.executions)
        self._world.executions.append(run)
        try:
            self._process.step("in the agent")
            mode = await self._mode(question.text.split()[0], question.text)
            if mode == "break" or (mode == "hiccup" and not earlier):
                raise AgentUnavailableError(mode)
            if mode == "refuse":
                raise AgentRefusedError(mode)
            if mode == "bug":
                raise ZeroDivisionError(mode)
            if mode == "poison":
                self._process.kill()
                raise KilledError(mode)
            if self._is_early:
                yield EARLY
            yield Delta(f"answer to {question.text}")
        finally:
            run.ended = True

    async def _mode(self, mode: str, text: str) -> str:
        if mode == "hang":
            await asyncio.Event().wait()
        if mode == "slow":
            await asyncio.sleep(1)
        if mode != "hold":
            return mode
        told: asyncio.Future[str] = self._world.loop.create_future()
        self._world.held[text] = told
        try:
            return await told
        finally:
            if self._world.held.get(text) is told:  # else another attempt waits there by now
                del self._world.held[text]
