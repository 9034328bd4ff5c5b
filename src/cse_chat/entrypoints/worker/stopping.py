"""Stops what runs of a request that is cancelled as soon as that is heard."""

import asyncio
from contextlib import suppress
from typing import Self

from cse_chat.adapters.cancellations import Cancellations
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.use_cases.keep_claims import KeepClaims


class StopCancelled:
    """Has the claims of requests looked after that are said to be cancelled; open while entered.

    It takes nobody's word: the ledger decides, and a request that does not run here is not looked
    for. However often one is named, one look is under way.
    """

    def __init__(self, *, cancellations: Cancellations, keep_claims: KeepClaims) -> None:
        """Store the arguments."""
        self._cancellations = cancellations
        self._keep_claims = keep_claims
        self._looking: dict[CorrelationId, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        """Begin to hear."""
        self._cancellations.on_cancelled = self._hear
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hear no more."""
        self._cancellations.on_cancelled = lambda _: None
        for task in self._looking.values():
            task.cancel()
        if self._looking:
            await asyncio.wait(self._looking.values())

    def _hear(self, correlation_id: CorrelationId) -> None:
        if correlation_id in self._looking or not self._keep_claims.holds(correlation_id):
            return
        task = asyncio.create_task(self._look(correlation_id))
        self._looking[correlation_id] = task
        task.add_done_callback(lambda _: self._looking.pop(correlation_id))

    async def _look(self, correlation_id: CorrelationId) -> None:
        with suppress(TransportError):  # the next pass over all claims sees it
            await self._keep_claims.look_after(correlation_id)
