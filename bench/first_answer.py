"""The analyst's first answer in a new process, in seconds: ``python -m bench.first_answer FOLDER``.

Only what the interpreter itself needs is imported before the clock starts.
"""

import time

_STARTED = time.perf_counter()

import asyncio  # noqa: E402 -- the imports are what is measured
import sys  # noqa: E402 -- likewise
from pathlib import Path  # noqa: E402 -- likewise

from cse_chat.adapters.analyst.agent import AnalystAgent  # noqa: E402 -- likewise
from cse_chat.domain.model.ids import ThreadId, UserId  # noqa: E402 -- likewise
from cse_chat.domain.model.questions import Question  # noqa: E402 -- likewise


async def _answer(folder: Path) -> None:
    question = Question(
        thread_id=ThreadId("first"),
        user_id=UserId("bench"),
        text="What are the top performing stocks?",
    )
    async with AnalystAgent(folder) as agent:
        async for _ in agent.answer(question, ()):
            pass


if __name__ == "__main__":  # pragma: no cover - it has to be a process of its own
    asyncio.run(_answer(Path(sys.argv[1])))
    sys.stdout.write(f"{time.perf_counter() - _STARTED}\n")
