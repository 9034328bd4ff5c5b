"""How long the analyst thinks, without any service around it."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.errors import BrokenRunError
from bench.figures import Direction, Figure, Goal, histogram, percentile
from bench.machines import ROOT
from bench.options import Options
from bench.reports import Report
from bench.servers import environment
from bench.yardstick import milliseconds
from cse_chat.adapters.analyst.agent import AnalystAgent
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.questions import MAX_MESSAGE_CHARS, Question

_QUESTIONS = ROOT / "tests/questions/dev.jsonl"
_USUAL = "development questions"
_LONG = f"{MAX_MESSAGE_CHARS:,} characters"
_LONG_ONES = 10

_MEDIAN = Goal(Direction.AT_MOST, 10)
_P99 = Goal(Direction.AT_MOST, 50)
_FIRST = Goal(Direction.AT_MOST, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: the first answer in a new process, then every question in this one."""

    first_seconds: float
    milliseconds: dict[str, list[float]]
    yardstick_ms: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Turn:
    question: Question
    history: tuple[Exchange, ...]


def measure(options: Options) -> Report:
    """Ask everything in each round."""
    with tempfile.TemporaryDirectory(prefix="cse-bench-") as folder:
        rounds = asyncio.run(_rounds(Path(folder), options))
    return report_of(rounds, options)


async def _rounds(folder: Path, options: Options) -> list[Round]:
    sets = {_USUAL: _turns(), _LONG: _long_turns()}
    rounds = []
    async with AnalystAgent(folder) as agent:  # builds the database; later rounds find it
        for turns in sets.values():
            await _ask(agent, turns[:_LONG_ONES])
        for turn in range(options.rounds):
            before = milliseconds()
            first = await asyncio.to_thread(_first_answer, folder)
            taken = {
                name: await _ask_for(options.seconds, agent, turns) for name, turns in sets.items()
            }
            rounds.append(
                Round(
                    first_seconds=first,
                    milliseconds=taken,
                    yardstick_ms=(before, milliseconds()),
                )
            )
            options.progress(f"round {turn + 1}: median {median(taken[_USUAL]):.2f} ms")
    return rounds


async def _ask_for(seconds: float, agent: AnalystAgent, turns: Sequence[_Turn]) -> list[float]:
    """Ask all of *turns*, again and again until the time is over; at least once."""
    end = time.perf_counter() + seconds
    taken = await _ask(agent, turns)
    while time.perf_counter() < end:
        taken += await _ask(agent, turns)
    return taken


async def _ask(agent: AnalystAgent, turns: Sequence[_Turn]) -> list[float]:
    taken = []
    for turn in turns:
        started = time.perf_counter()
        async for _ in agent.answer(turn.question, turn.history):
            pass
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _first_answer(folder: Path) -> float:
    ended = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", "bench.first_answer", folder],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment(folder),
        check=False,
    )
    if ended.returncode:
        raise BrokenRunError(f"the first answer ended with {ended.returncode}")
    return float(ended.stdout)


def _turns() -> list[_Turn]:
    rows = [json.loads(line) for line in _QUESTIONS.read_text("utf-8").splitlines()]
    return [
        _Turn(_question(text), tuple(Exchange(earlier, "") for earlier in row["turns"][:at]))
        for row in rows
        for at, text in enumerate(row["turns"])
    ]


def _long_turns() -> list[_Turn]:
    """Return questions of the greatest length: each begins with another one of the set."""
    texts = [turn.question.text for turn in _turns()]
    return [
        _Turn(_question(" ".join(texts[at:] + texts[:at] + texts)[:MAX_MESSAGE_CHARS].strip()), ())
        for at in range(_LONG_ONES)
    ]


def _question(text: str) -> Question:
    return Question(thread_id=ThreadId("bench"), user_id=UserId("bench"), text=text)


def report_of(rounds: Sequence[Round], options: Options) -> Report:
    """Return what *rounds* say."""
    figures = [
        Figure(
            name="first answer of a new process, imports included",
            unit="s",
            samples=tuple(round_.first_seconds for round_ in rounds),
            goal=_FIRST,
        )
    ]
    for name in (_USUAL, _LONG):
        for label, share, goal in (("median", 0.5, _MEDIAN), ("p99", 0.99, _P99)):
            samples = tuple(percentile(sorted(r.milliseconds[name]), share) for r in rounds)
            figures.append(Figure(name=f"{name}: {label}", unit="ms", samples=samples, goal=goal))
    return Report(
        case="analyst",
        claim="one question after the other, in this process",
        settings={"rounds": options.rounds, "seconds": options.seconds},
        runs=tuple(
            {
                "first_seconds": one.first_seconds,
                "milliseconds": {name: histogram(all_) for name, all_ in one.milliseconds.items()},
                "yardstick_ms": one.yardstick_ms,
            }
            for one in rounds
        ),
        figures=tuple(figures),
    )
