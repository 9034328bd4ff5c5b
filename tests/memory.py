"""Everything in memory under one clock that stands still, and the use cases over it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from cse_chat.adapters.memory.audit import InMemoryAuditLog
from cse_chat.adapters.memory.conversations import InMemoryConversations
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.events import InMemoryEvents
from cse_chat.adapters.memory.hints import InMemoryHints
from cse_chat.adapters.memory.ledger import InMemoryLedger
from cse_chat.adapters.memory.lineup import InMemoryLineup
from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.adapters.memory.requests import PARTITION, InMemoryRequestLog
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.adapters.memory.threads import InMemoryHistory, InMemoryThreads
from cse_chat.domain.model.answers import AgentEvent, Delta
from cse_chat.domain.model.attempts import AttemptPolicy
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.domain.ports.agent import Agent
from cse_chat.domain.ports.applied import Window
from cse_chat.domain.use_cases.abandon_request import AbandonRequest
from cse_chat.domain.use_cases.answer_early import AnswerEarly
from cse_chat.domain.use_cases.apply_responses import ApplyResponses
from cse_chat.domain.use_cases.cancel_chat import CancelChat
from cse_chat.domain.use_cases.delete_thread import DeleteThread
from cse_chat.domain.use_cases.finish_tail import FinishTail
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from cse_chat.domain.use_cases.narrate import Narrate
from cse_chat.domain.use_cases.process_request import AnsweredAhead, ProcessRequest
from cse_chat.domain.use_cases.read_answer import ReadAnswer
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.domain.use_cases.run_agent import RunAgent
from cse_chat.domain.use_cases.send_chat import SendChat
from cse_chat.domain.use_cases.sweep_replies import SweepReplies
from cse_chat.domain.use_cases.take_place import TakePlace
from tests.builders import Clock, Epochs, Tokens, a_correlation_id

LEASE = timedelta(seconds=5)
DAY = timedelta(days=1)


async def nothing_ahead(_: ChatRequest, *, is_urgent: Callable[[], bool]) -> None:
    """Know of nothing that was answered before it was delivered."""


class ScriptedAgent:
    """Does one thing for each call: says a text, raises an error, or waits for an event first."""

    def __init__(self, *script: str | Exception | asyncio.Event) -> None:
        self._script = list(script)
        self.asked: list[tuple[str, tuple[Exchange, ...]]] = []
        self.started = asyncio.Event()

    async def answer(
        self, question: Question, history: Sequence[Exchange]
    ) -> AsyncGenerator[AgentEvent]:
        self.asked.append((question.text, tuple(history)))
        self.started.set()
        act = self._script.pop(0)
        if isinstance(act, asyncio.Event):
            await act.wait()
            act = "waited"
        if isinstance(act, Exception):
            raise act
        yield Delta(act)


class InHand:
    """A window of the partition that is there, whatever a test has in hand."""

    partitions = (PARTITION,)

    def unfinished(self, _: int) -> Sequence[Delivery]:
        return ()


@dataclass
class Memory:
    """Everything in memory, under one clock."""

    clock: Clock = field(default_factory=Clock)
    cap: int = 10_000
    ledger_cap: int = 16_000_000
    loses_announcements: bool = False
    loses_events: bool = False
    most_events: int = 10_000

    def __post_init__(self) -> None:
        clock, cap = self.clock, self.cap
        self.replies = InMemoryReplyBus(monotonic=self._seconds, loses=self._loses)
        self.threads = InMemoryThreads(monotonic=self._seconds, cap=cap)
        self.history = InMemoryHistory(monotonic=self._seconds, now=clock, ttl=DAY, cap=cap)
        self.events = InMemoryEvents(
            monotonic=self._seconds,
            now=clock,
            new_epoch=Epochs(),
            ttl=DAY,
            most=self.most_events,
            loses=lambda _: self.loses_events,
        )
        self.ledger = InMemoryLedger(
            threads=self.threads,
            history=self.history,
            replies=self.replies,
            events=self.events,
            monotonic=self._seconds,
            new_token=Tokens(),
            lease=LEASE,
            ttl=DAY,
            cap=self.ledger_cap,
        )
        self.lineup = InMemoryLineup(
            ledger=self.ledger, threads=self.threads, monotonic=self._seconds, lease=LEASE
        )
        self.conversations = InMemoryConversations(
            threads=self.threads, history=self.history, events=self.events, ledger=self.ledger
        )
        self.audit = InMemoryAuditLog()
        self.dead_letters = InMemoryDeadLetters()
        self.log = InMemoryRequestLog(
            dead_letters=self.dead_letters,
            now=clock,
            default_deadline=timedelta(minutes=5),
            capacity=cap,
        )
        self.hints = InMemoryHints()
        self.responses = InMemoryResponseLog()
        self.record_history = RecordHistory(ledger=self.ledger)
        self.keep_claims = KeepClaims(claims=self.ledger)
        self.pauses: list[timedelta] = []

    def _loses(self, _: Outcome) -> bool:
        return self.loses_announcements

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    async def pause(self, duration: timedelta) -> None:
        """Let time pass without waiting for it."""
        self.pauses.append(duration)
        self.clock.advance(duration)
        await asyncio.sleep(0)

    def send_chat(self, *, unregistered_for: timedelta = timedelta(milliseconds=5)) -> SendChat:
        return SendChat(
            threads=self.threads,
            requests=self.log,
            hints=self.hints,
            offers=self.ledger.offers,
            replies=self.replies,
            ledger=self.ledger,
            record_history=self.record_history,
            take_place=self.take_place(),
            new_id=a_correlation_id,
            now=self.clock,
            deadline=timedelta(minutes=5),
            unregistered_for=unregistered_for,
        )

    def cancel_chat(self) -> CancelChat:
        return CancelChat(ledger=self.ledger, record_history=self.record_history, now=self.clock)

    def take_place(self) -> TakePlace:
        return TakePlace(
            ledger=self.ledger,
            lineup=self.lineup,
            cancel_chat=self.cancel_chat(),
            now=self.clock,
        )

    def read_answer(self) -> ReadAnswer:
        return ReadAnswer(
            ledger=self.ledger,
            replies=self.replies,
            record_history=self.record_history,
            now=self.clock,
        )

    def delete_thread(self) -> DeleteThread:
        return DeleteThread(
            threads=self.threads,
            conversations=self.conversations,
            ledger=self.ledger,
            record_history=self.record_history,
            audit=self.audit,
            new_id=a_correlation_id,
            now=self.clock,
        )

    def sweep_replies(self) -> SweepReplies:
        return SweepReplies(ledger=self.ledger, replies=self.replies, batch=2)

    def abandon_request(self) -> AbandonRequest:
        return AbandonRequest(record_history=self.record_history, now=self.clock)

    def apply_responses(self, window: Window | None = None) -> ApplyResponses:
        return ApplyResponses(
            marks=self.ledger.marks,
            responses=self.responses,
            ledger=self.ledger,
            record_history=self.record_history,
            window=window or InHand(),
            assigned=self.log.assigned,
            now=self.clock,
        )

    def process_request(
        self,
        agent: Agent,
        *,
        slots: int = 1,
        may_answer_early: bool = False,
        ahead: AnsweredAhead = nothing_ahead,
    ) -> ProcessRequest:
        run_agent = RunAgent(agent=agent, monotonic=self._seconds, now=self.clock)
        return ProcessRequest(
            claims=self.ledger,
            replies=self.replies,
            apply_responses=self.apply_responses(),
            keep_claims=self.keep_claims,
            answer_early=AnswerEarly(
                run_agent=run_agent, is_allowed=may_answer_early, now=self.clock
            ),
            ahead=ahead,
            narrate=Narrate(recorder=self.ledger),
            run_agent=run_agent,
            record_history=self.record_history,
            finish_tail=FinishTail(
                ledger=self.ledger,
                dead_letters=self.dead_letters,
                responses=self.responses,
                record_history=self.record_history,
                now=self.clock,
            ),
            policy=AttemptPolicy(),
            slots=asyncio.Semaphore(slots),
            now=self.clock,
            pause=self.pause,
            chance=lambda: 0.0,
        )

    async def delivered(self, request: ChatRequest) -> Delivery:
        """Append *request* and return it as the worker gets it."""
        await self.log.append(request)
        return (await self.log.unfinished())[-1]

    async def outcome_of(self, request: ChatRequest) -> Outcome:
        entry = (await self.ledger.find([request.correlation_id]))[request.correlation_id]
        assert entry.settlement is not None
        return entry.settlement.outcome
