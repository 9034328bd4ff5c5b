"""The agent that answers questions about the Colombo Stock Exchange by rules."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration.answerer import Answered, Answerer
from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta, Step, StepStatus
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question

MODEL: Final = "cse-analyst/rules"

# An answer takes about a millisecond, nearly all of it holding the interpreter's lock: more
# threads would not answer more, two keep a slow first look-up from blocking everybody.
_THREADS = 2


class AnalystAgent:
    """Answers from the shipped market data, without a model. See `Agent`.

    The engine is synchronous and runs in a few threads of its own, so that the event loop is
    never blocked. Enter it before use: that builds the data file when needed, and opens it.
    """

    may_answer_early = True

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._parts = AsyncExitStack()
        self._threads: ThreadPoolExecutor | None = None
        self._answerer: Answerer | None = None

    async def __aenter__(self) -> Self:
        """Open the market data.

        Raises:
            MarketDataError: They are missing or damaged; the message says how to repair them.
        """
        async with AsyncExitStack() as parts:
            market = await asyncio.to_thread(Market.open, self._data_dir)
            parts.callback(market.close)
            self._answerer = await asyncio.to_thread(Answerer, market)
            threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="analyst")
            # Left in reverse: running answers end before the data close under them.
            parts.push_async_callback(asyncio.to_thread, threads.shutdown)
            self._threads = threads
            self._parts = parts.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let running answers end, then close the market data."""
        self._threads = self._answerer = None
        await self._parts.aclose()

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        """See `Agent.answer`.

        The thread is understood from its questions alone, which are read anew each time.
        """
        if self._threads is None or self._answerer is None:
            raise AgentUnavailableError("the analyst's market data are not open")
        earlier = [exchange.question for exchange in history]
        reading = Step(name="analyse", label="Reading the question", status=StepStatus.STARTED)
        yield reading
        try:
            answered = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._answerer.answer, question.text, earlier
            )
        except sqlite3.Error as error:
            raise AgentUnavailableError("the market data cannot be read") from error
        for event in _events(answered):
            yield event


def _events(answered: Answered) -> list[AgentEvent]:
    draft = answered.draft
    scope = draft.scope
    return [
        Step(
            name="analyse",
            label="Reading the question",
            status=StepStatus.DONE,
            detail=answered.request.intent.value,
        ),
        *(Delta(line) for line in draft.text.splitlines(keepends=True)),
        *draft.artifacts,
        Basis(
            model_used=MODEL,
            as_of=scope.data_date if scope else None,
            sources=(scope.source,) if scope else (),
        ),
    ]
