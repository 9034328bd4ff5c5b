"""What the script ``claim`` needs to settle what it claims."""

from collections import OrderedDict
from typing import Final

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Argument
from cse_chat.adapters.redis.recordings import numbered
from cse_chat.adapters.wire.events import outcome_head
from cse_chat.adapters.wire.outcomes import announcement_head
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.adapters.wire.turns import encode_turn
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import CorrelationId

_OUTCOME: Final = 2
_KEPT: Final = 256
_SMALL: Final = 16_384  # bytes of an outcome

Settling = tuple[Argument, ...]


class WrittenAnswers:
    """What is needed to settle with an early answer; written once for its offer and its claim."""

    def __init__(self) -> None:
        self._kept: OrderedDict[CorrelationId, tuple[EarlyAnswer, Settling]] = OrderedDict()

    def kept(self, early: EarlyAnswer) -> Settling:
        """Return that of *early*, and keep it, unless it is large."""
        written = settling(early)
        if len(outcome_in(written)) <= _SMALL:
            self._kept[early.outcome.correlation_id] = (early, written)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return written

    def found(self, early: EarlyAnswer) -> Settling | None:
        """Return that of *early*, if it is kept."""
        of, written = self._kept.get(early.outcome.correlation_id, (None, None))
        return written if of is early else None

    def taken(self, early: EarlyAnswer) -> Settling:
        """Return that of *early*, and keep it no longer."""
        written = self.found(early)
        self._kept.pop(early.outcome.correlation_id, None)
        return settling(early) if written is None else written


def settling(early: EarlyAnswer) -> Settling:
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


def outcome_in(arguments: Settling) -> bytes:
    """Return the outcome in *arguments*."""
    outcome = arguments[_OUTCOME]
    assert isinstance(outcome, bytes)  # noqa: S101 - as `settling` wrote it
    return outcome
