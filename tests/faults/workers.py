"""Workers: processes that may die, freeze and come back."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any

from cse_chat.adapters.hints import HeardHints
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.attempts import AttemptPolicy
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.ports.ledger import Claims
from cse_chat.domain.use_cases.abandon_request import AbandonRequest
from cse_chat.domain.use_cases.answer_ahead import AnswerAhead
from cse_chat.domain.use_cases.answer_early import AnswerEarly
from cse_chat.domain.use_cases.apply_responses import ApplyResponses
from cse_chat.domain.use_cases.finish_tail import FinishTail
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from cse_chat.domain.use_cases.narrate import Narrate
from cse_chat.domain.use_cases.process_request import ProcessRequest
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.domain.use_cases.run_agent import RunAgent
from cse_chat.entrypoints.periodic import PASS_INTERVAL, repeated
from cse_chat.entrypoints.worker.ahead import Ahead
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from cse_chat.entrypoints.worker.lanes import Lanes
from cse_chat.entrypoints.worker.pace import Pace
from cse_chat.entrypoints.worker.reply_addresses import ReplyAddresses
from tests.faults.agents import ModalAgent
from tests.faults.broker import Member
from tests.faults.failpoints import KilledError, Process
from tests.faults.virtual_time import quiet
from tests.faults.world import World


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
        answer_early = AnswerEarly(run_agent=run_early, is_allowed=world.is_early, now=world.now)
        free = asyncio.Semaphore(slots)
        self._heard = HeardHints()
        self._answer_ahead = AnswerAhead(
            answer_early=answer_early, offers=reach(world.offers), slots=free
        )
        self.ahead = Ahead(
            heard=self._heard,
            answer=self._answer_hinted,
            addresses=ReplyAddresses(own=""),
            pace=Pace(),
        )
        self.process_request = ProcessRequest(
            claims=reach(claims or world.ledger),
            replies=reach(world.replies),
            apply_responses=self.apply_responses,
            keep_claims=self.keep_claims,
            answer_early=answer_early,
            ahead=self.ahead.answered,
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
            slots=free,
            now=world.now,
            pause=_pause,
            chance=lambda: 0.5,
        )
        self.engine = WorkerEngine(
            source=_ReachedMember(self.member, self.process),
            lanes=lanes,
            process=self.ahead.around(self.process_request),
            abandon=AbandonRequest(record_history=record_history, now=world.now),
            hurry=self.ahead.hurry,
            window_records=window_records,
            window_bytes=1_000_000,
            pause=_pause,
        )

    async def start(self) -> None:
        """Begin to work on what the broker gives it."""
        for pass_ in (self.keep_claims, self.apply_responses.keep):
            await self._stack.enter_async_context(repeated(pass_, every=PASS_INTERVAL))
        if self.world.is_early:
            await self._stack.enter_async_context(self.ahead)
            self.world.hints.listen(self.member, self._heard, self.process)
        self.read_again()

    def read_again(self) -> None:
        """Begin to read, or begin again after the reading broke off."""
        self._cancel(self._reading)
        self._reading.append(asyncio.create_task(self._read(*self._reading)))

    async def _read(self, *earlier: asyncio.Task[None]) -> None:
        await _ended(earlier)
        await self.engine.run()

    async def _answer_hinted(self, hint: Hint) -> EarlyAnswer | None:
        with suppress(KilledError):  # nobody need be waiting for it
            return await self._answer_ahead(hint)
        return None

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
        self.ahead.hear_no_more()
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
        await _ended([*self._reading, *self.ahead._tasks])
        self.world.broker.leave(self.member)
        with suppress(KilledError):
            await self._stack.aclose()

    def _fall(self) -> None:
        # Nothing of a dead process wakes up again; what its code still does on the way out
        # reaches nobody.
        self._cancel([*self._reading, *self.engine._tasks.values(), *self.ahead._tasks])

    @staticmethod
    def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()


class _ReachedMember:
    """A member of the group whose every commit may be the last call of its process."""

    def __init__(self, member: Member, process: Process) -> None:
        self.deliveries = member.deliveries
        self.assigned = member.assigned
        self.acknowledge = process.reaching(member).acknowledge


async def _ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


async def _pause(duration: timedelta) -> None:
    await asyncio.sleep(duration.total_seconds())
