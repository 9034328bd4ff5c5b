"""Whatever is recorded, lost, trimmed and cut off, a follower sees each event once, or a gap."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from cse_chat.domain.errors import ClaimLostError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import NOTHING_YET, Cursor, Event, Followed, Gap, Utterance
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.events import EventLog, EventRecorder
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.threads import Threads
from cse_chat.domain.use_cases.follow_thread import FollowThread
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.waiting import until

ANN = UserId("ann")
_IDLE = timedelta(seconds=0.2)


class Scene(Protocol):
    """An implementation of everything that is needed, and what can be done to it."""

    @property
    def ledger(self) -> Ledger:
        """Records what is asked and how it ends."""
        ...

    @property
    def claims(self) -> Claims:
        """Records what begins."""
        ...

    @property
    def recorder(self) -> EventRecorder:
        """Records what is said."""
        ...

    @property
    def threads(self) -> Threads:
        """Knows whose the thread is."""
        ...

    @property
    def events(self) -> EventLog:
        """What is followed."""
        ...

    async def leases_run_out(self) -> None:
        """Let every claim be another's to take."""

    def lose(self, *, notifications: bool) -> None:
        """From now on lose them, or not."""

    async def cut(self) -> None:
        """Cut the connection on which events are heard."""

    async def trim(self, thread: ThreadId) -> None:
        """Drop the oldest events."""

    async def forget(self, thread: ThreadId) -> None:
        """Lose all events of a thread, as a server that is started anew."""


@dataclass
class _Follower:
    after: Cursor | None
    told: list[Followed] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    @property
    def cursor(self) -> Cursor | None:
        return self.told[-1].cursor if self.told else self.after


class FollowingWalk:
    """Draws what happens to one thread and to those who follow it, and judges what they saw."""

    def __init__(self, scene: Scene, chance: random.Random) -> None:
        self._scene = scene
        self._chance = chance
        self._thread = a_thread_id()
        self._follow = FollowThread(threads=scene.threads, events=scene.events)
        self._requests: list[ChatRequest] = []
        self._claim: tuple[ChatRequest, Claim] | None = None
        self._numbers = 0
        self._followers: list[_Follower] = []
        self._truth: dict[Cursor, bytes] = {}
        self._losses = 0
        self._nothing = NOTHING_YET

    async def __call__(self, steps: int) -> None:
        """Walk, heal everything, and see that everybody has all that they could have."""
        await self._scene.threads.own(self._thread, ANN)
        self._nothing = (await self._scene.events.since(self._thread, None, limit=1)).cursor
        self._begin(None)
        for _ in range(steps):
            await self._chance.choice(self._steps())()
            await self._note()
            for _ in range(self._chance.randrange(4)):
                await asyncio.sleep(0)
        self._scene.lose(notifications=False)
        await self._ask()  # the last event is heard, and shows what was not
        await self._note()
        await self._caught_up()
        for follower in self._followers:
            await self._stop(follower)
            self._judge(follower)

    def _steps(self) -> Sequence[Callable[[], Awaitable[None]]]:
        often = [self._ask, self._start, self._say, self._say, self._say, self._settle]
        seldom = [self._crash, self._expire, self._come, self._leave, self._toggle]
        rare = [self._scene_cut, self._trim, self._forget]
        return [*often * 3, *seldom * 2, *rare]

    # --- what is recorded -------------------------------------------------------------------------

    async def _ask(self) -> None:
        request = a_request(a_question(thread_id=self._thread, user_id=ANN))
        await self._scene.ledger.register(request, Durability.MEMORY)
        self._requests.append(request)

    async def _start(self) -> None:
        if self._claim is None and self._requests:
            await self._claim_again(self._requests[0])

    async def _say(self) -> None:
        if self._claim is None:
            return
        texts = [str(self._chance.random()) for _ in range(self._chance.randint(1, 3))]
        said = tuple(
            Utterance(number=self._numbers + n, said=Delta(text), chunk_index=self._numbers + n - 1)
            for n, text in enumerate(texts, start=1)
        )
        self._numbers += len(said)
        for _ in range(self._chance.choice([1, 1, 2])):  # its confirmation may get lost
            with suppress(ClaimLostError):
                await self._scene.recorder.record(self._claim[1], said)

    async def _settle(self) -> None:
        if self._claim is None:
            return
        request, claim = self._claim
        self._claim = None
        with suppress(ClaimLostError):
            await self._scene.ledger.settle(an_outcome(request), claim=claim)
        await self._scene.claims.release(claim, spent=False)
        self._requests = [r for r in self._requests if r is not request]

    async def _expire(self) -> None:
        if self._requests:
            await self._scene.ledger.settle(an_outcome(self._requests[-1], Status.EXPIRED))

    async def _crash(self) -> None:
        if self._claim is not None:
            await self._scene.leases_run_out()
            await self._claim_again(self._claim[0])

    async def _claim_again(self, request: ChatRequest) -> None:
        verdict = await self._scene.claims.claim(request, Durability.MEMORY)
        self._numbers = 0
        if isinstance(verdict, Claim):
            self._claim = (request, verdict)
        else:
            self._claim = None
            self._requests = [r for r in self._requests if r is not request]

    # --- who follows ------------------------------------------------------------------------------

    async def _come(self) -> None:
        known = [None, *self._truth]
        self._begin(self._chance.choice(known))

    async def _leave(self) -> None:
        """Somebody goes, and may come back with the cursor."""
        follower = self._chance.choice(self._followers)
        if follower.task:
            await self._stop(follower)
        else:
            follower.task = asyncio.create_task(self._listen(follower))

    def _begin(self, after: Cursor | None) -> None:
        follower = _Follower(after)
        follower.task = asyncio.create_task(self._listen(follower))
        self._followers.append(follower)

    async def _listen(self, follower: _Follower) -> None:
        stretches = self._follow(self._thread, ANN, after=follower.cursor, idle=_IDLE)
        async with aclosing(stretches):
            async for stretch in stretches:
                follower.told += stretch

    async def _stop(self, follower: _Follower) -> None:
        task, follower.task = follower.task, None
        if task:
            task.cancel()
            await asyncio.wait({task})
            assert task.cancelled(), task.exception()

    # --- what goes wrong --------------------------------------------------------------------------

    async def _toggle(self) -> None:
        self._scene.lose(notifications=self._chance.choice([True, False]))

    async def _scene_cut(self) -> None:
        await self._scene.cut()

    async def _trim(self) -> None:
        self._losses += 1
        await self._scene.trim(self._thread)

    async def _forget(self) -> None:
        self._losses += 1
        await self._scene.forget(self._thread)

    # --- what they must have seen -----------------------------------------------------------------

    async def _note(self) -> None:
        """Note what is kept now; a position is given once."""
        for event in (await self._scene.events.since(self._thread, None, limit=9_999)).events:
            assert self._truth.setdefault(event.cursor, event.json) == event.json

    async def _caught_up(self) -> None:
        last = (await self._scene.events.since(self._thread, None, limit=9_999)).cursor
        await until(
            lambda: all(not f.task or f.cursor == last for f in self._followers), seconds=20
        )

    def _judge(self, follower: _Follower) -> None:
        """Each event follows on the one before, is what was recorded, and every gap is said once."""
        gaps = [told for told in follower.told if isinstance(told, Gap)]
        assert len(gaps) <= self._losses, f"more gaps than losses: {gaps}"
        before = follower.after
        for told in follower.told:
            if isinstance(told, Gap):
                assert told.requested == (before or self._nothing)
            else:
                assert isinstance(told, Event)
                assert self._truth[told.cursor] == told.json
                if before is not None:
                    epoch = told.cursor.epoch if before == self._nothing else before.epoch
                    assert told.cursor == Cursor(epoch, before.offset + 1)
            before = told.cursor
