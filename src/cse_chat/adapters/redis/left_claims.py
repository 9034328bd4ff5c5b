"""Claims whose caller was stopped before it had them."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Protocol

from cse_chat.adapters.redis.calls import Reply
from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.ids import ClaimToken, CorrelationId


class _Release(Protocol):
    async def __call__(self, claim: Claim, *, spent: bool) -> None: ...


class UnsureTokens:
    """The tokens of claims whose reply got lost, for whoever claims the same request again.

    With the same token it is the same attempt, if the server made it: else a server that is slow
    would use up all attempts without a single run of the agent.
    """

    def __init__(self, *, most: int = 10_000) -> None:
        self._most = most
        self._tokens: OrderedDict[CorrelationId, ClaimToken] = OrderedDict()

    def keep(self, correlation_id: CorrelationId, token: ClaimToken) -> None:
        """Remember *token*; beyond so many the oldest is forgotten."""
        self._tokens[correlation_id] = token
        if len(self._tokens) > self._most:
            self._tokens.popitem(last=False)

    def pop(self, correlation_id: CorrelationId) -> ClaimToken | None:
        """Return the token of the last try, once; ``None``: there is none to repeat."""
        return self._tokens.pop(correlation_id, None)


class LeftClaims:
    """Gives them back: the server claims all the same, and nobody else knows the token.

    Without that, request and thread would wait for the lease to run out.
    """

    def __init__(self, release: _Release) -> None:
        self._release = release
        self._giving_back: set[asyncio.Task[None]] = set()

    async def unless_left(self, asked: asyncio.Future[Reply], claim: Callable[[], Claim]) -> Reply:
        """Return what was *asked*; cancelled, release *claim* behind the caller's back."""
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            self._begin(self._give_back_if_made(asked, claim()))
            raise

    def give_back(self, claim: Claim) -> None:
        """Release *claim* behind the caller's back."""
        self._begin(self._give_back(claim))

    async def given_back(self) -> None:
        """Return when all are: each waits for two answers of the server, at most."""
        if self._giving_back:
            await asyncio.wait(self._giving_back)

    def _begin(self, giving_back: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(giving_back)
        self._giving_back.add(task)
        task.add_done_callback(self._giving_back.discard)

    async def _give_back_if_made(self, asked: asyncio.Future[Reply], claim: Claim) -> None:
        try:
            is_made = (await asked)[0] == b"claimed"
        except TransportError:
            is_made = True  # it may be; giving back what is not held changes nothing
        if is_made:
            await self._give_back(claim)

    async def _give_back(self, claim: Claim) -> None:
        with suppress(TransportError):  # else the lease runs out by itself
            await self._release(claim, spent=False)
