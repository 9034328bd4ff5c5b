"""The headers of records: CloudEvents, and what else is said beside a value."""

from collections.abc import Iterable, Mapping
from typing import Final

from cse_chat.adapters.kafka import names
from cse_chat.adapters.kafka.audit import AUDIT_TYPE
from cse_chat.adapters.kafka.responses import RESPONSE_TYPE
from cse_chat.adapters.kafka.responses import SOURCE as WORKER
from cse_chat.adapters.wire.requests import REQUEST_TYPE
from cse_chat.adapters.wire.requests import SOURCE as GATEWAY
from cse_chat.domain.model.outcomes import Durability
from cse_chat.entrypoints.http.channels.described import Json


def _text(description: str, **more: object) -> Json:
    return {"type": "string", "description": description, **more}


def _cloud_event(kind: str, source: str) -> Json:
    return {
        "ce_id": _text("Names the event: the correlation id."),
        "ce_type": _text("What the value is; another is of a version not known here.", const=kind),
        "ce_source": _text("Who wrote it.", const=source),
        "ce_specversion": _text("Of CloudEvents, in binary mode.", const="1.0"),
        "ce_time": _text("When it happened.", format="date-time"),
        "content-type": _text("Of the value.", const="application/json"),
        names.CORRELATION_ID: _text("Names the request."),
    }


_DIGITS: Final = "^(0|[1-9][0-9]*)$"
_REPLAYS: Final = _text("How often a dead letter was put back.", pattern=_DIGITS)

REQUEST_HEADERS: Final[Mapping[str, Json]] = {
    **_cloud_event(REQUEST_TYPE, GATEWAY),
    "ce_deadline": _text(
        "From then on no agent time is spent on it: milliseconds since 1970; absent, some time"
        " (a setting) after the record's own.",
        pattern=_DIGITS,
    ),
    names.REPLY_TO: _text("The gateway that waits; absent, all are told."),
}
RESPONSE_HEADERS: Final[Mapping[str, Json]] = {
    **_cloud_event(RESPONSE_TYPE, WORKER),
    names.USER_ID: _text("Who asked."),
    names.SETTLED: _text("Who decided: the ledger is asked first.", enum=["ledger", "log"]),
    names.REPLAY_COUNT: _REPLAYS,
    names.REQUEST_OFFSET: _text(
        "`partition-offset` of the request in its topic.", pattern="^[0-9]+-[0-9]+$"
    ),
    names.DURABILITY: _text(
        "Where the request was kept; empty when nobody can say.", enum=["", *Durability]
    ),
    names.ATTEMPT: _text("The attempt that settled it; 0 if none did.", pattern=_DIGITS),
}
AUDIT_HEADERS: Final[Mapping[str, Json]] = {
    **_cloud_event(AUDIT_TYPE, GATEWAY),
    "ce_id": _text("Names the act: what is repeated under it is one act."),
    names.CORRELATION_ID: _text("Names the request; absent where it is about a whole thread."),
    names.USER_ID: _text("Who did it."),
}
LETTER_HEADERS: Final[Mapping[str, Json]] = {
    "kafka_dlt-original-topic": _text("Where it was read."),
    "kafka_dlt-original-partition": _text("4 bytes, big-endian."),
    "kafka_dlt-original-offset": _text("8 bytes, big-endian."),
    "kafka_dlt-original-timestamp": _text("8 bytes, big-endian: milliseconds since 1970."),
    "kafka_dlt-original-consumer-group": _text("Who gave it up."),
    "kafka_dlt-exception-fqcn": _text("The reason again, where Spring's tools look for it."),
    "kafka_dlt-exception-message": _text("For operators; holds no text of a user."),
    "dlq-reason": _text("A slug, as in `/problems/{slug}`."),
    "dlq-attempts": _text("How often an agent tried; 0 when none could.", pattern=_DIGITS),
    "dlq-first-failed": _text("When it was given up.", format="date-time"),
    names.REPLAY_COUNT: _REPLAYS,
}
LETTER_HEADERS_AT_TIMES: Final[Mapping[str, Json]] = {
    "dlq-omitted": _text(
        "What is not here as it was: a `value` that is too large, or that key and value were `null`.",
        enum=["value", "null"],
    ),
}
BINARY: Final = frozenset(
    f"kafka_dlt-original-{name}" for name in ("partition", "offset", "timestamp")
)
"""Those that are numbers, and no text."""


def schema_of(headers: Mapping[str, Json], *, required: Iterable[str] = ()) -> Json:
    """Return the schema of *headers*, of which those in *required* are always there."""
    needed = sorted(required)
    schema: Json = {"type": "object", "properties": dict(headers)}
    return {**schema, "required": needed} if needed else schema


def shown(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return *headers* as JSON can show them: without those that are binary numbers."""
    return {name: value.decode() for name, value in headers if name not in BINARY}
