"""Keep the claims of running attempts alive, and stop those that lost theirs."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Self

from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.ports.ledger import Claims


class HeldClaim:
    """A claim that is renewed for as long as it is held.

    Attributes:
        claim: The claim.
        lost: Whether another has taken over, or settled the request.
    """

    __slots__ = ("_all", "_limit", "claim", "lost")

    def __init__(self, claim: Claim, held: dict[str, Self]) -> None:
        self.claim = claim
        self.lost = False
        self._all = held
        self._limit: asyncio.Timeout | None = None

    def __enter__(self) -> Self:
        """Be renewed from now on."""
        self._all[self.claim.token] = self
        return self

    def __exit__(self, *_: object) -> None:
        """Be renewed no more."""
        del self._all[self.claim.token]

    def stops(self, limit: asyncio.Timeout | None) -> None:
        """From now on, losing the claim makes *limit* expire at once; ``None``: it stops nothing.

        Whoever leaves *limit* says so: one that is over cannot expire.
        """
        self._limit = limit
        if self.lost:
            self.lose()

    def lose(self) -> None:
        """Note the loss, and stop what runs under the claim."""
        self.lost = True
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepClaims:
    """Renew all claims this process holds in one call: one pass.

    Run it every half second, well within the lease.
    """

    claims: Claims
    _held: dict[str, HeldClaim] = field(default_factory=dict, init=False)

    def holding(self, claim: Claim) -> HeldClaim:
        """Have *claim* renewed while what is returned is entered."""
        return HeldClaim(claim, self._held)

    async def __call__(self) -> None:
        """Renew what is held; stop the attempts whose claim is lost.

        Raises:
            TransportError: Nothing is known to be renewed; the next pass tries again.
        """
        await self._renew([held.claim for held in self._held.values()])

    def holds(self, correlation_id: CorrelationId) -> bool:
        """Say whether a claim of the request is held here."""
        return bool(self._of(correlation_id))

    async def look_after(self, correlation_id: CorrelationId) -> None:
        """Do so at once for one request, of which somebody says that another settled it.

        Whoever says so may be wrong: the ledger is asked.

        Raises:
            TransportError: The next pass will see it.
        """
        await self._renew(self._of(correlation_id))

    def _of(self, correlation_id: CorrelationId) -> Collection[Claim]:
        claims = [held.claim for held in self._held.values()]
        return [claim for claim in claims if claim.correlation_id == correlation_id]

    async def _renew(self, claims: Collection[Claim]) -> None:
        if not claims:
            return
        for lost in await self.claims.renew(claims):
            held = self._held.get(lost.token)
            if held is not None:  # it may have ended while we asked
                held.lose()
