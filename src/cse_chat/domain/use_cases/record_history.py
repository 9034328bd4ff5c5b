"""Record how a request ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cse_chat.domain.errors import ThreadDeletedError
from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Outcome, Problem, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.ledger import Ledger

THREAD_DELETED = Problem(slug="cancelled", detail="The conversation was deleted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHistory:
    """Settle a request and see both its turns into the thread's history, once.

    One of a deleted thread is settled `cancelled`, whatever became of it, and leaves no turn.
    """

    ledger: Ledger

    async def __call__(
        self,
        outcome: Outcome,
        *,
        request: ChatRequest | None = None,
        claim: Claim | None = None,
        said: Sequence[Utterance] = (),
    ) -> Settlement:
        """Return the outcome that holds: this one, or the one that was first.

        Args:
            outcome: What to settle.
            request: Where the user's turn comes from; ``None`` if it is registered.
            claim: The attempt's right to settle; ``None`` when no attempt does.
            said: What of the attempt may not be recorded yet.

        Raises:
            ClaimLostError: A later claim has fenced *claim* off.
            TransportError: It may or may not be settled; repeating is right.
        """
        asked = Turn.asking(request) if request else None
        try:
            return await self.ledger.settle(outcome, asked=asked, claim=claim, said=said)
        except ThreadDeletedError:
            return await self.ledger.settle(_cancelled(outcome), claim=claim)


def _cancelled(outcome: Outcome) -> Outcome:
    return replace(outcome, status=Status.CANCELLED, answer=None, problem=THREAD_DELETED)
