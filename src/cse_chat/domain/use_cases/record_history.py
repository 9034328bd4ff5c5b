"""Record how a request ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from cse_chat.domain.model.claims import Claim, Settlement
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHistory:
    """Settle a request and see both its turns into the thread's history, once."""

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
        return await self.ledger.settle(outcome, asked=asked, claim=claim, said=said)
