"""What is asked here, counted: accepted, and how it ended for who asked."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from cse_chat.adapters.durations import UP_TO_AN_ANSWER, Durations
from cse_chat.domain.errors import ChatError
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest, IfBusy, Question
from cse_chat.domain.ports.requests import RequestLog
from cse_chat.domain.use_cases.send_chat import Receipt
from cse_chat.entrypoints.metrics.labels import ENDED, ERROR, LEFT_OPEN, REFUSALS


class Ask(Protocol):
    """Accepts a question and waits for how it ends, as `SendChat` does."""

    async def __call__(
        self, question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt:
        """See `SendChat`."""
        ...


class AskedTally:
    """Counts so that `accepted` is what ended, was left open, or is in flight, at any time."""

    def __init__(self) -> None:
        self.accepted = 0
        self.outcomes = dict.fromkeys((*ENDED, LEFT_OPEN, *REFUSALS), 0)
        self.response_seconds = Durations(UP_TO_AN_ANSWER)
        self.asked = 0
        """Questions that have not ended, accepted or not."""
        # By identity: from asking to accepting it is one object, which its caller keeps alive.
        self._accepted: set[int] = set()

    @property
    def in_flight(self) -> int:
        """How many are accepted, and their sender waits."""
        return len(self._accepted)

    @property
    def accepting(self) -> int:
        """How many are neither accepted nor refused yet."""
        return self.asked - len(self._accepted)

    def accept(self, question: Question) -> None:
        """Note that it is kept; its outcome will come."""
        self.accepted += 1
        self._accepted.add(id(question))

    def tell(self, question: Question, outcome: str) -> None:
        """Note that its sender is told *outcome*, or is let go while it is open."""
        key = id(question)
        if key in self._accepted:
            self._accepted.remove(key)
        else:
            self.accepted += 1  # the log did not say so, and somebody else did
        self.asked -= 1
        self.outcomes[outcome] += 1

    def break_off(self, question: Question, error: BaseException) -> None:
        """Note that its sender is told an error, or went away."""
        if id(question) in self._accepted:
            self.tell(question, LEFT_OPEN)
            return
        slug = error.slug if isinstance(error, ChatError) else ERROR
        self.asked -= 1
        self.outcomes[slug if slug in REFUSALS else ERROR] += 1


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

    async def __call__(
        self, question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt:
        """See `SendChat`."""
        tally = self._tally
        began = self._monotonic()
        tally.asked += 1
        try:
            receipt = await self._send_chat(question, wait=wait, if_busy=if_busy)
        except BaseException as error:
            tally.break_off(question, error)
            raise
        if receipt.outcome is None:
            tally.tell(question, LEFT_OPEN)
        else:
            tally.response_seconds.observe(self._monotonic() - began)
            tally.tell(question, receipt.outcome.status)
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
