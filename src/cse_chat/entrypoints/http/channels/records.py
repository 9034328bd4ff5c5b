"""The topics of Kafka: what has to be there later, in order and in full."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from litestar_asyncapi.spec import CorrelationId, Message, MessageExample, OperationAction
from litestar_asyncapi.spec.bindings import KafkaChannelBinding, KafkaMessageBinding

from cse_chat.adapters.kafka import names
from cse_chat.adapters.kafka.letters import encode_letter
from cse_chat.adapters.kafka.responses import RESPONSE_TYPE, response_headers
from cse_chat.adapters.kafka.responses import SOURCE as WORKER
from cse_chat.adapters.kafka.topics import topics
from cse_chat.adapters.wire.requests import REQUEST_TYPE, encode_request
from cse_chat.adapters.wire.requests import SOURCE as GATEWAY
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.entrypoints.http.channels import examples
from cse_chat.entrypoints.http.channels.described import Described, Json, Step, message
from cse_chat.entrypoints.http.channels.pubsub import GATEWAY_REPLIES
from cse_chat.entrypoints.sections.transports import KafkaSettings

SERVER: Final = "kafka"

_DEFAULTS: Final = KafkaSettings()
_TOPICS: Final = {
    topic.name: topic
    for topic in topics(partitions=_DEFAULTS.partitions, replication=_DEFAULTS.replication)
}
_NUMBERS: Final = ("retention.ms", "max.message.bytes")
_CHANNEL_BINDING: Final = "0.5.0"
_BY_THREAD: Final[Json] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]{1,128}$",
    "description": "The thread: its records are in one partition, in order.",
}
_IN_HEADER: Final = CorrelationId(
    location=f"$message.header#/{names.CORRELATION_ID}", description="Names the request."
)


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
_BINARY: Final = frozenset(
    f"kafka_dlt-original-{name}" for name in ("partition", "offset", "timestamp")
)


def _headers(headers: Mapping[str, Json], *, required: Iterable[str] = ()) -> Json:
    needed = sorted(required)
    schema: Json = {"type": "object", "properties": dict(headers)}
    return {**schema, "required": needed} if needed else schema


def shown(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Return *headers* as JSON can show them: without those that are binary numbers."""
    return {name: value.decode() for name, value in headers if name not in _BINARY}


def _record(
    carried: Message,
    headers: Json,
    given: Mapping[str, str],
    *,
    key: Json = _BY_THREAD,
) -> Message:
    """Return *carried* as the value of a record with a key and headers."""
    carried.headers = headers
    carried.bindings = {"kafka": KafkaMessageBinding(key=key, binding_version=_CHANNEL_BINDING)}
    for example in carried.examples or ():
        example.headers = dict(given)
    return carried


def _days(topic: str) -> int:
    return timedelta(milliseconds=int(_TOPICS[topic].configs["retention.ms"])).days


def _bindings(topic: str) -> dict[str, Any]:
    wanted = _TOPICS[topic]
    return {
        "kafka": KafkaChannelBinding(
            topic=wanted.name,
            partitions=wanted.partitions,
            replicas=wanted.replication,
            topic_configuration={
                name: int(value) if name in _NUMBERS else value
                for name, value in wanted.configs.items()
            },
            binding_version=_CHANNEL_BINDING,
        )
    }


def _response(status: Status, carried: Message) -> Message:
    given = shown(response_headers(examples.outcome_of(status), examples.RECORD))
    return _record(carried, _headers(RESPONSE_HEADERS, required=RESPONSE_HEADERS), given)


_REQUEST: Final = encode_request(examples.REQUEST)
_LETTER: Final = Message(
    name="DeadLetter",
    title="Dead letter",
    summary="A record that is set aside, as it came, with the reason.",
    description="Key, value and headers are the original's, whatever they are; what is said here"
    " stands behind them.",
    content_type="application/octet-stream",
    payload={"description": "The original bytes; nothing where they are too many."},
    correlation_id=_IN_HEADER,
    examples=[
        MessageExample(
            name="malformed",
            summary="What is no JSON",
            payload=(examples.RECORD.value or b"").decode(),
        )
    ],
)

CHANNELS: Final = (
    Described(
        name="requests",
        address=names.REQUESTS,
        server=SERVER,
        title="Questions",
        description="A question counts as accepted once it is here, on every replica that has to"
        " have it. A record without headers, of somebody who knows only the schema, is processed"
        f" with defaults. Consumer group `{names.GROUP}`; kept for {_days(names.REQUESTS)} days.",
        bindings=_bindings(names.REQUESTS),
        messages={
            "RequestRecord": _record(
                message(
                    "RequestWire",
                    "Chat Request v1",
                    "A question.",
                    examples.decoded(_REQUEST.value or b""),
                    name="ChatRequest",
                ),
                _headers(REQUEST_HEADERS),
                {**shown(_REQUEST.headers), names.REPLY_TO: "f1d70ca9bb7d4510f3181d8c6c4e375f"},
            )
        },
        steps=(
            Step(
                name="appendRequest",
                action=OperationAction.SEND,
                summary="A gateway asks",
                replies=GATEWAY_REPLIES,
            ),
            Step(
                name="processRequest",
                action=OperationAction.RECEIVE,
                summary="A worker has it answered",
                description="At least once, with effects once per correlation id; in a thread one"
                " at a time, in order. The offset is committed when everything before it is done.",
            ),
        ),
    ),
    Described(
        name="responses",
        address=names.RESPONSES,
        server=SERVER,
        title="Outcomes",
        description="Every outcome, for audit, analytics and repair: in the partition of its"
        " request where both topics have as many. It may be there more than once; join by"
        f" correlation id. Kept for {_days(names.RESPONSES)} days.",
        bindings=_bindings(names.RESPONSES),
        messages={
            "ResponseRecord": _response(
                Status.ANSWERED,
                message(
                    "ChatResponse",
                    "Chat Response v1",
                    "An answer.",
                    examples.ANSWER,
                ),
            ),
            "UnansweredRecord": _response(
                Status.FAILED,
                message(
                    "UnansweredResponse",
                    "Outcome without an answer",
                    "The request failed, expired or was cancelled.",
                    examples.FAILURE,
                ),
            ),
        },
        steps=(
            Step(
                name="appendResponse",
                action=OperationAction.SEND,
                summary="A worker puts on record how a request ended",
            ),
            Step(
                name="applyResponse",
                action=OperationAction.RECEIVE,
                summary="A worker gives back to Redis what it has lost",
            ),
        ),
    ),
    Described(
        name="deadLetters",
        address=names.DEAD_LETTERS,
        server=SERVER,
        title="Dead letters",
        description="What cannot be read, or always fails. Everything behind it goes on. Kept for"
        f" {_days(names.DEAD_LETTERS)} days.",
        bindings=_bindings(names.DEAD_LETTERS),
        messages={
            "DeadLetterRecord": _record(
                _LETTER,
                _headers(
                    {**LETTER_HEADERS, **LETTER_HEADERS_AT_TIMES},
                    required=LETTER_HEADERS.keys() - _BINARY,
                ),
                shown(encode_letter(examples.LETTER, group=names.GROUP).headers),
                key={"type": "string", "description": "As the original."},
            )
        },
        steps=(
            Step(
                name="setAside",
                action=OperationAction.SEND,
                summary="A worker sets a record aside",
            ),
        ),
    ),
)
"""In the order of a request's life; nothing writes to ``chat.audit`` yet."""
