"""The topics of Kafka: what has to be there later, in order and in full."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from litestar_asyncapi.spec import CorrelationId, Message, MessageExample, OperationAction
from litestar_asyncapi.spec.bindings import KafkaChannelBinding, KafkaMessageBinding

from cse_chat.adapters.kafka import names
from cse_chat.adapters.kafka.audit import audit_headers
from cse_chat.adapters.kafka.letters import encode_letter
from cse_chat.adapters.kafka.responses import response_headers
from cse_chat.adapters.kafka.topics import topics
from cse_chat.adapters.wire.requests import encode_request
from cse_chat.domain.model.outcomes import Status
from cse_chat.entrypoints.http.channels import examples
from cse_chat.entrypoints.http.channels.described import Described, Json, Step, message
from cse_chat.entrypoints.http.channels.headers import (
    AUDIT_HEADERS,
    BINARY,
    LETTER_HEADERS,
    LETTER_HEADERS_AT_TIMES,
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    schema_of,
    shown,
)
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
    return _record(carried, schema_of(RESPONSE_HEADERS, required=RESPONSE_HEADERS), given)


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
                schema_of(REQUEST_HEADERS),
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
                schema_of(
                    {**LETTER_HEADERS, **LETTER_HEADERS_AT_TIMES},
                    required=LETTER_HEADERS.keys() - BINARY,
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
    Described(
        name="audit",
        address=names.AUDIT,
        server=SERVER,
        title="What users and operators did",
        description="Deletions and feedback: no question and no answer is in it, a comment is. It"
        f" may be there more than once; join by `id`. Kept for {_days(names.AUDIT)} days.",
        bindings=_bindings(names.AUDIT),
        messages={
            "AuditRecord": _record(
                message(
                    "AuditWire",
                    "Audit Record v1",
                    "One act.",
                    examples.AUDIT,
                    name="AuditRecord",
                    correlated=False,
                ),
                schema_of(AUDIT_HEADERS, required=AUDIT_HEADERS.keys() - {names.CORRELATION_ID}),
                shown(audit_headers(examples.ACT)),
            )
        },
        steps=(
            Step(
                name="appendAct",
                action=OperationAction.SEND,
                summary="A gateway puts on record what a user did",
            ),
        ),
    ),
)
"""In the order of a request's life."""
