"""What is asked here, counted: accepted, and how it ended for who asked."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from cse_chat.adapters.durations import UP_TO_AN_ANSWER, Durations
from cse_chat.domain.errors import ChatError
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.domain.ports.requests import RequestLog
from cse_chat.domain.use_cases.send_chat import Receipt
from cse_chat.entrypoints.metrics.families import ENDED, ERROR, LEFT_OPEN, REFUSALS


class Ask(Protocol):
    """Accepts a question and waits for how it ends, as `SendChat` does."""

    async def __call__(self, question: Question, *, wait: timedelta) -> Receipt:
        """See `SendChat`."""
        ...


class AskedTally:
    """Counts so that ``accepted`` is what ended, was left open, or is in flight, at any time."""

    def __init__(self) -> None:
        self.accepted = 0
        self.outcomes = dict.fromkeys((*ENDED, LEFT_OPEN, *REFUSALS), 0)
        self.response_seconds = Durations(UP_TO_AN_ANSWER)
        # By identity: from asking to accepting it is one object, which its caller keeps alive.
        self._accepted: set[int] = set()
        self._asked = 0

    @property
    def in_flight(self) -> int:
        """How many are accepted, and their sender waits."""
        return len(self._accepted)

    @property
    def accepting(self) -> int:
        """How many are neither accepted nor refused yet."""
        return self._asked - len(self._accepted)

    def ask(self) -> None:
        """Note that a question came."""
        self._asked += 1

    def accept(self, question: Question) -> None:
        """Note that it is kept; its outcome will come."""
        self.accepted += 1
        self._accepted.add(id(question))

    def tell(self, question: Question, receipt: Receipt, seconds: float) -> None:
        """Note what its sender is told."""
        if id(question) not in self._accepted:  # the log did not say so, and somebody else did
            self.accept(question)
        outcome = receipt.outcome
        if outcome is not None:
            self.response_seconds.observe(seconds)
        self._end(question, outcome.status if outcome is not None else LEFT_OPEN)

    def break_off(self, question: Question, error: BaseException) -> None:
        """Note that its sender is told an error, or went away."""
        if id(question) in self._accepted:
            self._end(question, LEFT_OPEN)
            return
        slug = error.slug if isinstance(error, ChatError) else ERROR
        self._end(question, slug if slug in REFUSALS else ERROR)

    def _end(self, question: Question, outcome: str) -> None:
        self._asked -= 1
        self._accepted.discard(id(question))
        self.outcomes[outcome] += 1


class CountedAsking:
    """Asks as *send_chat* does, and has it counted."""

    def __init__(
        self,
        send_chat: Ask,
        tally: AskedTally,
        *,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._send_chat = send_chat
        self._tally = tally
        self._monotonic = monotonic

    async def __call__(self, question: Question, *, wait: timedelta) -> Receipt:
        """See `SendChat`."""
        began = self._monotonic()
        self._tally.ask()
        try:
            receipt = await self._send_chat(question, wait=wait)
        except BaseException as error:
            self._tally.break_off(question, error)
            raise
        self._tally.tell(question, receipt, self._monotonic() - began)
        return receipt


class CountedRequestLog:
    """Appends as *log* does, and has what it took counted."""

    def __init__(self, log: RequestLog, tally: AskedTally) -> None:
        self._log = log
        self._tally = tally

    async def append(self, request: ChatRequest) -> Durability:
        """See `RequestLog.append`."""
        durability = await self._log.append(request)
        self._tally.accept(request.question)
        return durability
