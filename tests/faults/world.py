"""Stores that outlive every process, processes that do not, and virtual time for all of them."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.events import InMemoryEvents
from cse_chat.adapters.memory.ledger import InMemoryLedger
from cse_chat.adapters.memory.lineup import InMemoryLineup
from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.adapters.memory.threads import InMemoryHistory, InMemoryThreads
from cse_chat.domain.errors import AgentRefusedError, AgentUnavailableError, TransportError
from cse_chat.domain.model.answers import AgentEvent, Basis, Delta
from cse_chat.domain.model.attempts import AttemptPolicy
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.domain.ports.ledger import Claims
from cse_chat.domain.use_cases.abandon_request import AbandonRequest
from cse_chat.domain.use_cases.answer_early import AnswerEarly
from cse_chat.domain.use_cases.apply_responses import ApplyResponses
from cse_chat.domain.use_cases.finish_tail import FinishTail
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from cse_chat.domain.use_cases.narrate import Narrate
from cse_chat.domain.use_cases.process_request import ProcessRequest
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.domain.use_cases.run_agent import RunAgent
from cse_chat.entrypoints.clock import SteadyClock
from cse_chat.entrypoints.periodic import PASS_INTERVAL, repeated
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from cse_chat.entrypoints.worker.lanes import Lanes
from tests.builders import NOON, Epochs, Tokens, a_question, a_request
from tests.faults.broker import Broker, Member
from tests.faults.failpoints import KilledError, Process
from tests.faults.virtual_time import quiet

LEASE = timedelta(seconds=5)
SESSION = timedelta(seconds=6)
"""How long a broker waits for a silent member."""
DEADLINE = timedelta(minutes=5)
SHORT = timedelta(seconds=2)
"""The deadline of a question whose agent never answers."""
DAY = timedelta(days=1)
EARLY = Basis(model_used="asked early")
"""What an answer rests on that was given before its request was claimed."""


@dataclass(eq=False, slots=True)
class Execution:
    """One run of an agent, as seen from outside of every process.

    Attributes:
        text: The question, which names the request: no two have the same.
        is_early: Whether it was asked before its request was claimed.
        ended: Whether it came to its end; a killed process leaves it open.
        outlived: Whether its process was frozen meanwhile: others may have taken over.
    """

    text: str
    thread_id: str
    process: Process
    is_early: bool = False
    ended: bool = False
    outlived: bool = False


class World:
    """What is there whatever dies; make it inside of a running virtual loop.

    Attributes:
        wall: What the host's clock would say, in seconds; it may be set.
        now: The time that all processes go by, from noon.
        is_early: Whether its agents may be asked before their requests are claimed. Its ledger is
            not empty then: what came first in each partition was asked for nothing.
    """

    def __init__(self, *, partitions: int = 2, is_early: bool = False) -> None:
        self.is_early = is_early
        self.loop = asyncio.get_running_loop()
        self.wall = NOON.timestamp()
        self.now = now = SteadyClock(wall=lambda: self.wall, steady=self.loop.time)
        self.replies = InMemoryReplyBus(monotonic=self.loop.time)
        self.threads = InMemoryThreads(monotonic=self.loop.time)
        self.history = InMemoryHistory(monotonic=self.loop.time, now=now, ttl=DAY)
        self.events = InMemoryEvents(monotonic=self.loop.time, now=now, new_epoch=Epochs(), ttl=DAY)
        self.ledger = InMemoryLedger(
            threads=self.threads,
            history=self.history,
            replies=self.replies,
            events=self.events,
            monotonic=self.loop.time,
            new_token=Tokens(),
            lease=LEASE,
            ttl=DAY,
        )
        if is_early:
            self.ledger.marks._complete.update(range(partitions))
        self.lineup = InMemoryLineup(
            ledger=self.ledger, threads=self.threads, monotonic=self.loop.time
        )
        self.dead_letters = InMemoryDeadLetters()
        self.responses = InMemoryResponseLog()
        self.broker = Broker(partitions=partitions, dead_letters=self.dead_letters, now=now)
        self.accepted: list[ChatRequest] = []
        self.executions: list[Execution] = []
        self.held: dict[str, asyncio.Future[str]] = {}

    async def ask(
        self, mode: str = "answer", *, thread: str = "t", user: str = "ann", number: int = 0
    ) -> ChatRequest:
        """Append a question that tells the agent what to do with it; return the request."""
        text = f"{mode} {number or len(self.accepted)}"
        request = a_request(
            a_question(text, thread_id=thread, user_id=user),
            asked_at=self.now(),
            deadline=SHORT if mode == "hang" else DEADLINE,
        )
        await self.broker.append(request)
        self.accepted.append(request)
        return request

    def executions_of(self, request: ChatRequest) -> int:
        """Return how often an agent began to work on *request*."""
        return sum(run.text == request.question.text for run in self.executions)

    def early_executions_of(self, request: ChatRequest) -> int:
        """Return how many of them began before *request* was claimed."""
        runs = [run for run in self.executions if run.text == request.question.text]
        return sum(run.is_early for run in runs)

    def answered_early(self) -> int:
        """Return how many answers hold that were given before a claim."""
        answers = [outcome.answer for outcome, _ in self.responses.read()]
        return sum(answer is not None and answer.basis == EARLY for answer in answers)

    def lose_ledger(self) -> None:
        """Forget what is registered, claimed, settled, said and recorded, as a server does without a disk."""
        ledger = self.ledger
        for known in (ledger._open, ledger._open_in, ledger._claimed, ledger.marks._complete):
            known.clear()
        for kept in (ledger._settled, self.history._threads, self.events._threads):
            kept._kept.clear()
            kept._weight = 0

    def running(self) -> list[Execution]:
        """Return what agents of living processes are at."""
        open_runs = [run for run in self.executions if not (run.ended or run.outlived)]
        return [run for run in open_runs if run.process.alive]


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


class Worker:
    """A worker process: the product's own engine and use cases over the world's stores."""

    def __init__(
        self,
        world: World,
        *,
        kill_at: int | None = None,
        slots: int = 2,
        window_records: int = 100,
        claims: Claims | None = None,
    ) -> None:
        self.world = world
        self.process = Process(kill_at, last_words=self._fall)
        self.member = Member(world.broker)
        self._reading: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()
        reach = self.process.reaching
        ledger = reach(world.ledger)
        record_history = RecordHistory(ledger=ledger)
        self.keep_claims = KeepClaims(claims=reach(claims or world.ledger))
        lanes = Lanes()
        run_agent, run_early = (
            RunAgent(
                agent=GuardedAgent(ModalAgent(world, self.process, is_early=is_early)),
                monotonic=world.loop.time,
                now=world.now,
            )
            for is_early in (False, True)
        )
        self.apply_responses = ApplyResponses(
            marks=reach(world.ledger.marks),
            responses=world.responses,
            ledger=ledger,
            record_history=record_history,
            window=lanes,
            assigned=self.member.assigned,
            now=world.now,
        )
        self.engine = WorkerEngine(
            source=_ReachedMember(self.member, self.process),
            lanes=lanes,
            process=ProcessRequest(
                claims=reach(claims or world.ledger),
                replies=reach(world.replies),
                apply_responses=self.apply_responses,
                keep_claims=self.keep_claims,
                answer_early=AnswerEarly(
                    run_agent=run_early, is_allowed=world.is_early, now=world.now
                ),
                narrate=Narrate(recorder=reach(claims or world.ledger)),
                run_agent=run_agent,
                record_history=record_history,
                finish_tail=FinishTail(
                    ledger=ledger,
                    dead_letters=reach(world.dead_letters),
                    responses=reach(world.responses),
                    record_history=record_history,
                    now=world.now,
                ),
                policy=AttemptPolicy(),
                slots=asyncio.Semaphore(slots),
                now=world.now,
                pause=_pause,
                chance=lambda: 0.5,
            ),
            abandon=AbandonRequest(record_history=record_history, now=world.now),
            hurry=world.responses.hurry,
            window_records=window_records,
            window_bytes=1_000_000,
            pause=_pause,
        )

    async def start(self) -> None:
        """Begin to work on what the broker gives it."""
        for pass_ in (self.keep_claims, self.apply_responses.keep):
            await self._stack.enter_async_context(repeated(pass_, every=PASS_INTERVAL))
        self.read_again()

    def read_again(self) -> None:
        """Begin to read, or begin again after the reading broke off."""
        self._cancel(self._reading)
        self._reading.append(asyncio.create_task(self._read(*self._reading)))

    async def _read(self, *earlier: asyncio.Task[None]) -> None:
        await _ended(earlier)
        await self.engine.run()

    def freeze(self) -> None:
        """Stand still, as after SIGSTOP: the broker gives up on it, its leases run out."""
        self.process.freeze()
        self.world.broker.leave(self.member)
        for run in self.world.running():
            run.outlived = run.process is self.process

    async def thaw(self) -> None:
        """Go on, as after SIGCONT: what it learns first is that it has lost its partitions."""
        self.process.thaw()
        await self.member.lose(self.world.broker.records.keys())

    async def stop(self, budget: timedelta = timedelta(0)) -> None:
        """End as SIGTERM ends it: stop reading, drain within *budget*, leave the group."""
        self._cancel(self._reading)
        await _ended(self._reading)
        if self.process.alive:
            # It may die while it drains; what it could not acknowledge is delivered again.
            with suppress(KilledError, TransportError):
                await self.engine.drain(budget)
        self.process.kill()
        await self.bury()

    async def bury(self) -> None:
        """Wait until a killed process has come apart, and the broker has noticed."""
        while self.engine._tasks:
            await _ended(self.engine._tasks.values())
            await quiet()  # what waited behind a dead job starts, and dies
        await _ended(self._reading)
        self.world.broker.leave(self.member)
        with suppress(KilledError):
            await self._stack.aclose()

    def _fall(self) -> None:
        # Nothing of a dead process wakes up again; what its code still does on the way out
        # reaches nobody.
        self._cancel([*self._reading, *self.engine._tasks.values()])

    @staticmethod
    def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()


class _ReachedMember:
    """A member of the group whose every commit may be the last call of its process."""

    def __init__(self, member: Member, process: Process) -> None:
        self.deliveries = member.deliveries
        self.assigned = member.assigned
        self.acknowledge = process.reaching(member).acknowledge


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


async def _pause(duration: timedelta) -> None:
    await asyncio.sleep(duration.total_seconds())
