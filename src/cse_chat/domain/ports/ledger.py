"""The one truth about each request. Two ports, usually one adapter: both change together."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from cse_chat.domain.model.claims import (
    Busy,
    Claim,
    EarlyAnswer,
    Entry,
    Incomplete,
    Settlement,
    Tail,
)
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Durability, Outcome
from cse_chat.domain.model.questions import ChatRequest


class Ledger(Protocol):
    """Knows how each request stands; every call is atomic, safe to repeat and concurrent.

    The first settlement of a request wins, and everybody gets the winner back. Contract:
    ``tests/contracts/ledger.py``. Every other call than `register` and `mark` may raise `TransportError`:
    then it may or may not have happened, and repeating it is right.
    """

    async def register(self, request: ChatRequest, durability: Durability) -> int | None:
        """Make an accepted request known, with the user's turn; known already, change nothing.

        Its event `accepted` says how many requests of its thread are open before it.

        It never raises `TransportError`: what cannot be written now is kept and repeated.

        Returns:
            How many are open before it now; ``None`` when it is settled, or cannot be written.

        Raises:
            IdConflictError: The id is another user's or thread's.
            NotOwnerError: The thread is another user's.
            ThreadDeletedError: The thread was deleted.
        """
        ...

    async def find(
        self, ids: Collection[CorrelationId], *, settled_only: bool = False
    ) -> Mapping[CorrelationId, Entry]:
        """Return what is known of *ids*; an id nothing is known of is absent.

        Args:
            ids: Of requests.
            settled_only: Whether those that are still open are left out, too: to look again and
                again at many that wait costs little then.
        """
        ...

    async def settle(
        self,
        outcome: Outcome,
        *,
        asked: Turn | None = None,
        claim: Claim | None = None,
        said: Sequence[Utterance] = (),
    ) -> Settlement:
        """Decide the outcome, unless that was done before; return the one that holds.

        In the same step both turns stand in the history (*asked*, if it is not there yet, and the
        agent's; neither if the thread is another user's), what is left of *said* and the outcome among
        the thread's events, and the outcome is announced to who listens: it can be read before it
        is heard of.
        Repeating it adds to the history of the winner what is missing, and nothing else.

        Args:
            outcome: What to settle.
            asked: The user's turn; ``None`` for a request that is registered.
            claim: The right to settle an attempt's result; it ends here. Without one (the
                deadline is over, say) a live claim of another is left alone: it keeps the thread
                until its holder has stopped the agent.
            said: What the attempt said of which nobody knows that it is recorded; see
                `EventRecorder.record`.

        Raises:
            ClaimLostError: It is not settled, and a later claim has fenced *claim* off.
            IdConflictError: The id is another user's or thread's: nothing of theirs changes.
            ThreadDeletedError: It is not settled, and of a deleted thread: then it can only be
                settled `cancelled`, without a turn or an event.
        """
        ...

    async def mark(self, correlation_id: CorrelationId, tail: Tail) -> None:
        """Note that *tail* is done, so that a redelivery need not do it again.

        It never raises `TransportError`. It may take effect a moment later, and get lost with the
        process: then it is done again.
        """
        ...


class Claims(Protocol):
    """Lets one attempt at a time work on a request, and one request at a time on a thread.

    A claim lives as long as its lease, which runs out unless it is renewed. Contract:
    ``tests/contracts/ledger.py``. Every call may raise `TransportError`.
    """

    async def claim(
        self,
        request: ChatRequest,
        durability: Durability,
        *,
        partition: int | None = None,
        remembered: int = 0,
        early: EarlyAnswer | None = None,
    ) -> Claim | Busy | Settlement | Incomplete:
        """Begin the next attempt, register the request if it is not, or say why not.

        What is begun is an event, too: `started`.

        If nothing else is heard of the attempt, it is spent. A request that is busy is registered.

        Args:
            request: What is to be worked on.
            durability: What keeps it.
            partition: Where it came from: nothing is claimed unless the ledger is known to have
                what was answered there (`AppliedMarks`). ``None`` for whoever need not know.
            remembered: Of how many settled requests the claim shall have the turns, at most.
            early: Where it is the first attempt, and nothing but the question was said in the thread,
                it is settled in the same step, as if it had been claimed before and the agent had
                said this. Its very outcome is in the settlement then, and where it has settled the
                request before (`Offers`).

        Raises:
            IdConflictError: The id is another user's or thread's.
            NotOwnerError: The thread is another user's.
            ThreadDeletedError: The thread was deleted.
        """
        ...

    async def renew(self, claims: Collection[Claim]) -> Collection[Claim]:
        """Prolong the leases, also one that ran out unless another has claimed since.

        Returns:
            The claims that are lost: fenced off, or the request was settled by another.
        """
        ...

    async def release(self, claim: Claim, *, spent: bool) -> None:
        """Give request and thread free at once; of a lost claim, only what it still holds.

        Args:
            claim: The claim to end.
            spent: Whether the attempt counts against the limit: it failed, and was not stopped.
        """
        ...
