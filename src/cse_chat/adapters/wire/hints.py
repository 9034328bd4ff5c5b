"""What tells a worker of a request that is on its way to it."""

from typing import Final, Literal

import msgspec

from cse_chat.adapters.wire.requests import (
    RequestWire,
    deadline_ms,
    deadline_of,
    request_of,
    wire_of,
)
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.questions import ChatRequest


class HintWire(msgspec.Struct, frozen=True, kw_only=True):
    """A request as its record will hold it, with what that says in its headers.

    Attributes:
        deadline: In milliseconds since 1970.
        reply_to: Id of the gateway that waits.
        request: The value of the record.
    """

    deadline: int
    reply_to: str
    request: RequestWire


class WakeWire(msgspec.Struct, frozen=True):
    """Nothing but that a request comes which is not hinted at."""

    wake: Literal[True] = True


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(HintWire)

WAKE: Final = _encoder.encode(WakeWire())


def encode_hint(request: ChatRequest, *, reply_to: str) -> bytes:
    """Return the message that tells of *request*."""
    deadline = deadline_ms(request)
    return _encoder.encode(HintWire(deadline=deadline, reply_to=reply_to, request=wire_of(request)))


def decode_hint(message: bytes) -> tuple[ChatRequest, str]:
    """Return the request that *message* tells of, and who waits for it.

    Raises:
        MalformedRecordError: It is no hint.
    """
    try:
        wire = _decoder.decode(message)
        return request_of(wire.request, deadline=deadline_of(wire.deadline)), wire.reply_to
    except Exception as error:  # whatever a stranger's bytes raise
        raise MalformedRecordError(f"no hint: {type(error).__name__}") from error
