"""What outlives every process, and virtual time for all of them."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from cse_chat.adapters.memory.conversations import InMemoryConversations
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.events import InMemoryEvents
from cse_chat.adapters.memory.ledger import InMemoryLedger
from cse_chat.adapters.memory.lineup import InMemoryLineup
from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.adapters.memory.threads import InMemoryHistory, InMemoryThreads
from cse_chat.domain.model.answers import Basis
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.entrypoints.clock import SteadyClock
from tests.builders import NOON, Epochs, Tokens, a_question, a_request
from tests.faults.broker import Broker
from tests.faults.failpoints import Process
from tests.faults.hints import HintBus, SlowOffers

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
        self.conversations = InMemoryConversations(
            threads=self.threads, history=self.history, events=self.events, ledger=self.ledger
        )
        self.lineup = InMemoryLineup(
            ledger=self.ledger, threads=self.threads, monotonic=self.loop.time
        )
        self.dead_letters = InMemoryDeadLetters()
        self.responses = InMemoryResponseLog()
        self.broker = Broker(partitions=partitions, dead_letters=self.dead_letters, now=now)
        self.hints = HintBus(self.broker)
        self.offers = SlowOffers(self.ledger.offers)
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
        for known in (
            ledger._rows.open,
            ledger._rows.open_in,
            ledger._leases.claimed,
            ledger.marks._complete,
        ):
            known.clear()
        for kept in (
            *(ledger._rows.settled, ledger.offers._offered, ledger.offers._accepted),
            *(self.history._threads, self.events._threads),
        ):
            kept._kept.clear()
            kept._weight = 0

    def running(self) -> list[Execution]:
        """Return what agents of living processes are at."""
        open_runs = [run for run in self.executions if not (run.ended or run.outlived)]
        return [run for run in open_runs if run.process.alive]
