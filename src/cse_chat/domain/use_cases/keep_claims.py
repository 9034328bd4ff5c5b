"""Keep the claims of running attempts alive, and stop those that lost theirs."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cse_chat.domain.model.claims import Claim
from cse_chat.domain.ports.ledger import Claims


class HeldClaim:
    """A claim that is renewed for as long as it is held.

    Attributes:
        claim: The claim.
        lost: Whether another has taken over, or settled the request.
    """

    __slots__ = ("_limit", "claim", "lost")

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.lost = False
        self._limit: asyncio.Timeout | None = None

    @contextmanager
    def stopping(self, limit: asyncio.Timeout) -> Generator[None]:
        """While inside, losing the claim makes *limit* expire at once."""
        self._limit = limit
        try:
            if self.lost:
                self.lose()
            yield
        finally:
            self._limit = None

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

    @contextmanager
    def holding(self, claim: Claim) -> Generator[HeldClaim]:
        """Have *claim* renewed while inside."""
        held = self._held[claim.token] = HeldClaim(claim)
        try:
            yield held
        finally:
            del self._held[claim.token]

    async def __call__(self) -> None:
        """Renew what is held; stop the attempts whose claim is lost.

        Raises:
            TransportError: Nothing is known to be renewed; the next pass tries again.
        """
        claims = [held.claim for held in self._held.values()]
        if not claims:
            return
        for lost in await self.claims.renew(claims):
            held = self._held.get(lost.token)
            if held is not None:  # it may have ended while we asked
                held.lose()
