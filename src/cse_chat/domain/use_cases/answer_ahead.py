"""Have an answer ready when a request is accepted."""

import asyncio
from dataclasses import dataclass

from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.ports.offers import Offers
from cse_chat.domain.use_cases.answer_early import AnswerEarly


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAhead:
    """Ask an agent that may answer early while the log still takes the request.

    What it says is on offer: it settles the request as soon as that is accepted. It is returned, too, for
    the delivery, which asks nobody again.

    Attributes:
        slots: As those of `ProcessRequest`: where none is free, others wait already.
    """

    answer_early: AnswerEarly
    offers: Offers
    slots: asyncio.Semaphore

    async def __call__(self, hint: Hint) -> EarlyAnswer | None:
        """Return what the agent answers; ``None`` where it is to be asked later."""
        if self.slots.locked():
            return None
        async with self.slots:
            early = await self.answer_early(hint)
        if early is not None:
            self.offers.offer(hint, early)
        return early
