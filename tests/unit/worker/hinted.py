"""A worker that is told ahead of requests, and answers them when it is let."""

import asyncio

from typing_extensions import override

from cse_chat.adapters.memory.hints import InMemoryHints
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Delivery, Hint
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.worker.agent_rules import size_of
from cse_chat.entrypoints.worker.ahead import Ahead
from cse_chat.entrypoints.worker.pace import Pace
from cse_chat.entrypoints.worker.reply_addresses import ReplyAddresses
from tests.builders import a_record, an_outcome


def delivery_of(request: ChatRequest) -> Delivery:
    return Delivery(request=request, record=a_record(), durability=Durability.KAFKA)


TABLE = Utterance(
    number=2, said=Table(title="T", columns=(Column(name="a", label="A"),), rows=(("x" * 50,),))
)


SAID = (Utterance(number=1, said=Delta("x" * 100), chunk_index=0), TABLE)
SIZE = 100 + size_of(TABLE.said)  # bytes


def early_answer(request: ChatRequest, said: tuple[Utterance, ...] = ()) -> EarlyAnswer:
    return EarlyAnswer(outcome=an_outcome(request), said=said)


class Noting(Pace):
    """Keeps what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[bool] = []

    @override
    def note(self, *, was_answered: bool) -> None:
        self.noted.append(was_answered)


class Scene:
    """Hints that are answered when they are let, and who was said to wait meanwhile."""

    def __init__(self) -> None:
        self.hints = InMemoryHints()
        self.addresses = ReplyAddresses("")
        self.let = asyncio.Event()
        self.let.set()
        self.answered: list[ChatRequest] = []
        self.waiting: list[str | None] = []
        self.error: Exception | None = None
        self.said: tuple[Utterance, ...] = ()
        self.is_urgent = True
        self.failure: Exception | None = None
        self.used: list[EarlyAnswer | None] = []
        self.pace = Noting()
        self.ahead = Ahead(
            heard=self.hints, answer=self._answer, addresses=self.addresses, pace=self.pace
        )

    async def _answer(self, hint: Hint) -> EarlyAnswer | None:
        await self.let.wait()
        self.waiting.append(self.addresses(hint.request.correlation_id))
        if self.error:
            raise self.error
        self.answered.append(hint.request)
        return early_answer(hint.request, self.said)

    async def answered_to(self, request: ChatRequest) -> EarlyAnswer | None:
        return await self.ahead.answered(request, is_urgent=lambda: self.is_urgent)

    async def deliver(self, request: ChatRequest) -> None:
        """Have *request* processed, with what was said to it or an error."""

        async def process(delivery: Delivery, _: Progress) -> None:
            self.used.append(await self.answered_to(delivery.request))
            if self.failure:
                raise self.failure

        await self.ahead.around(process)(delivery_of(request), Progress())

    def hint(self, request: ChatRequest, reply_to: str = "gateway-1") -> None:
        hint = Hint(request=request, partition=0, durability=Durability.KAFKA)
        self.hints.tell(hint, reply_to)
