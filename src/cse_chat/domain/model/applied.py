"""What a ledger that lost something is given back."""

from dataclasses import dataclass
from datetime import datetime

from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedMark:
    """How far a partition's responses are in the ledger.

    Attributes:
        run_id: The run of the ledger's server that was asked; for `AppliedMarks.complete`.
        is_complete: Whether that run has all of them: nothing is to be applied again.
        until: In the server's time, up to when an earlier run had them; ``None`` if nobody knows.
    """

    run_id: str
    is_complete: bool
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the response log keeps of a request.

    Attributes:
        outcome: How it ended.
        request: What was asked; ``None`` when no log has it any more.
    """

    outcome: Outcome
    request: ChatRequest | None
