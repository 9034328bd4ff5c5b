"""The JSON of one turn of a thread's history."""

from datetime import UTC
from typing import Final

import msgspec

from cse_chat.adapters.wire.responses import Instant, ProblemWire
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.history import Role, Turn
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.outcomes import Status


class TurnWire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing said.

    Attributes:
        status: How the request ended; only on an agent's turn without an answer.
        problem: Why, beside `status`.
    """

    role: Role
    content: str
    timestamp: Instant
    correlation_id: str
    status: Status | None = None
    problem: ProblemWire | None = None


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(TurnWire)


def encode_turn(turn: Turn) -> bytes:
    """Return *turn* as JSON."""
    return _encoder.encode(
        TurnWire(
            role=turn.role,
            content=turn.content,
            timestamp=turn.timestamp.astimezone(UTC),
            correlation_id=turn.correlation_id,
            status=turn.status,
            problem=ProblemWire.of(turn.problem) if turn.problem else None,
        )
    )


def decode_turn(value: bytes) -> Turn:
    """Return the turn whose JSON *value* is.

    Raises:
        MalformedRecordError: It is no turn.
    """
    try:
        wire = _decoder.decode(value)
    # msgspec lets UnicodeDecodeError (a ValueError) and RecursionError out beside its own.
    except (ValueError, RecursionError) as error:
        raise MalformedRecordError(f"no turn: {type(error).__name__}") from error
    return Turn(
        correlation_id=CorrelationId(wire.correlation_id),
        role=wire.role,
        content=wire.content,
        timestamp=wire.timestamp,
        status=wire.status,
        problem=wire.problem.to_problem() if wire.problem else None,
    )
