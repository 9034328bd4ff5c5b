"""An agent whose every run is written down outside of its process, and that does what it is told.

The text of a question begins with the mode: ``answer``, ``slow``, ``speak`` and ``utter`` (piece by
piece, for so many `SECONDS`), ``babble`` (until the file of runs has a sibling `LET_GO`), ``hold`` (as
long, in silence), ``shout`` (`SHOUTED` characters at once), ``fail`` or ``hang``.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question

RUNS = "CSE_CHAT_TEST_RUNS"
SLOW_SECONDS = 2.0
LET_GO = "let-go"
SECONDS = {"speak": 5.0, "utter": 2.0}
SHOUTED = 700_000
_PIECE_SECONDS = 0.01
_LOOK_SECONDS = 0.1


class StubAgent:
    """Writes ``start`` and ``end`` lines to the file that the environment names."""

    def __init__(self) -> None:
        # Opened for appending: lines of several processes do not mix.
        runs = Path(os.environ[RUNS])
        self._let_go = runs.with_name(LET_GO)
        self._file = os.open(runs, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        """Answer with the question, which nobody else asked."""
        self._write("start", question)
        match mode := question.text.split(" ", 1)[0]:
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
            case "hang":
                await asyncio.Event().wait()
            case "fail":
                raise AgentUnavailableError("told to fail")
            case "speak" | "utter":
                for piece in range(round(SECONDS[mode] / _PIECE_SECONDS)):
                    await asyncio.sleep(_PIECE_SECONDS)
                    yield Delta(f"piece {piece} \u0dc3\u0dd2\u0d82\n")
            case "babble" | "hold":
                while not self._let_go.exists():
                    await asyncio.sleep(_LOOK_SECONDS)
                    if mode == "babble":
                        yield Delta("blah\n")
            case "shout":
                yield Delta("!" * SHOUTED)
        yield Basis(model_used="stub")
        yield Delta(f"answer to {question.text}, of {question.user_id}")
        self._write("end", question)

    def _write(self, what: str, question: Question) -> None:
        line = f"{what}\t{question.thread_id}\t{question.text}\t{os.getpid()}\t{time.time()}\n"
        os.write(self._file, line.encode())
