"""What the script ``claim`` needs to settle what it claims."""

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Argument
from cse_chat.adapters.redis.recordings import numbered
from cse_chat.adapters.wire.events import outcome_head
from cse_chat.adapters.wire.outcomes import announcement_head
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.adapters.wire.turns import encode_turn
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.history import Turn


def settling(early: EarlyAnswer) -> tuple[Argument, ...]:
    """Return the arguments behind those of a claim, in the order of the script."""
    outcome = early.outcome
    _, *tails = numbered(outcome, early.said)
    return (
        names.EVERY_GATEWAY,
        encode_turn(Turn.answering(outcome)),
        encode_outcome(outcome),
        announcement_head(outcome),
        outcome_head(outcome),
        *tails,
    )
