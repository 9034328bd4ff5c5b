"""The channels of Redis: who waits is told here, live; what must not get lost is elsewhere."""

from collections.abc import Mapping
from typing import Final

from litestar_asyncapi.spec import Message, OperationAction

from cse_chat.adapters.redis import names
from cse_chat.adapters.wire.event_schemas import EVENTS
from cse_chat.domain.model.ids import CorrelationId, ThreadId
from cse_chat.entrypoints.http.channels import examples
from cse_chat.entrypoints.http.channels.described import Described, Step, message

SERVER: Final = "redis"

GATEWAY_REPLIES: Final = "gatewayReplies"

_NOT_KEPT: Final = "Nothing is kept for who does not listen: it is a notification."


def event_messages(*, without: str = "") -> Mapping[str, Message]:
    """Return the message of every type of event, but of *without*."""
    return {
        event.__name__: message(
            event.__name__,
            f"Event: {kind}",
            (event.__doc__ or "").partition("\n")[0],
            examples.EVENTS[kind],
            name=kind,
            correlated=kind != "gap",
        )
        for event in EVENTS
        if (kind := str(event.__struct_config__.tag)) != without
    }


_OUTCOMES: Final[Mapping[str, Message]] = {
    "ChatResponse": message("ChatResponse", "Chat Response v1", "An answer.", examples.ANSWER),
    "UnansweredResponse": message(
        "UnansweredResponse",
        "Outcome without an answer",
        "The request failed, expired or was cancelled.",
        examples.FAILURE,
    ),
}
_ANNOUNCEMENTS: Final[Mapping[str, Message]] = {
    "Announcement": message(
        "Announcement",
        "Announcement of an outcome",
        "An outcome, and what its JSON does not say of the request.",
        examples.ANNOUNCEMENT,
        correlated=False,
    )
}

CHANNELS: Final = (
    Described(
        name="hints",
        address=names.hints("{partition}"),
        server=SERVER,
        title="Questions on their way into a partition",
        description="For the worker that has it: where the agent allows it, the question is answered"
        " while Kafka still takes it. Told of questions that begin a conversation, where a gateway has"
        " few in hand. Whoever asked is answered only when Kafka has it. Internal to the service. "
        + _NOT_KEPT,
        messages={
            "Hint": message(
                "HintWire",
                "Hint at a question",
                "A question as its record will hold it, and who waits for the answer.",
                examples.HINT,
                name="Hint",
                correlated=False,
            ),
            "Wake": message(
                "WakeWire",
                "Something comes",
                "A question that is not hinted at, where few are asked: a worker that has answered all"
                " before it reads it now.",
                examples.WAKE,
                name="Wake",
                correlated=False,
            ),
        },
        parameters=("partition",),
        steps=(
            Step(
                name="giveHint",
                action=OperationAction.SEND,
                summary="A gateway tells of a question that it appends",
            ),
            Step(
                name="hearHint",
                action=OperationAction.RECEIVE,
                summary="A worker answers it before it is delivered",
            ),
        ),
    ),
    Described(
        name="response",
        address=names.response(CorrelationId("{correlation_id}")),
        server=SERVER,
        title="The outcome of one request",
        description="As the original design has it: subscribe, then append the bare request to"
        " `chat.requests`. The string under the same name is the mailbox, in which the outcome can"
        f" be read for a day (a setting). {_NOT_KEPT}",
        messages=_OUTCOMES,
        parameters=("correlation_id",),
        steps=(
            Step(
                name="publishResponse",
                action=OperationAction.SEND,
                summary="A worker publishes how the request ended",
                description="In the same script that settles it.",
            ),
            Step(
                name="hearResponse",
                action=OperationAction.RECEIVE,
                summary="A gateway hears an agent that knows only the original design",
                description="With `CSE_CHAT__REPLIES__PER_REQUEST_CHANNELS=true`. A reply is taken"
                " if id and thread are those of a request that was asked there.",
            ),
        ),
    ),
    Described(
        name=GATEWAY_REPLIES,
        address=names.replies("{gateway_id}"),
        server=SERVER,
        title="Outcomes for one gateway",
        description="Of requests that are waited for there. Internal to the service. " + _NOT_KEPT,
        messages=_ANNOUNCEMENTS,
        parameters=("gateway_id",),
        steps=(
            Step(
                name="announceToGateway",
                action=OperationAction.SEND,
                summary="A worker tells the gateway that waits",
                description="In the same script that settles the request.",
            ),
            Step(
                name="hearReplies",
                action=OperationAction.RECEIVE,
                summary="A gateway hears what it waits for",
            ),
        ),
    ),
    Described(
        name="everyGatewayReplies",
        address=names.EVERY_GATEWAY,
        server=SERVER,
        title="Outcomes for whoever waits",
        description="Of requests of which nobody knows who waits. Internal to the service. "
        + _NOT_KEPT,
        messages=_ANNOUNCEMENTS,
        steps=(
            Step(
                name="announceToEveryGateway",
                action=OperationAction.SEND,
                summary="A worker tells every gateway",
            ),
            Step(
                name="hearEveryReply",
                action=OperationAction.RECEIVE,
                summary="Every gateway hears it, and drops what it does not wait for",
            ),
        ),
    ),
    Described(
        name="control",
        address=names.CONTROL,
        server=SERVER,
        title="Cancellations",
        description="For the worker that runs the request: it stops the agent some milliseconds"
        " later, and not only when it renews its claim. It asks the ledger, and believes nobody."
        " Internal to the service. " + _NOT_KEPT,
        messages={
            "Cancelled": message(
                "Cancelled", "Cancellation", "A request is cancelled.", examples.CANCELLATION
            )
        },
        steps=(
            Step(
                name="publishCancellation",
                action=OperationAction.SEND,
                summary="A gateway tells the worker that runs the request",
                description="In the same script that settles it.",
            ),
            Step(
                name="hearCancellation",
                action=OperationAction.RECEIVE,
                summary="A worker stops the agent",
            ),
        ),
    ),
    Described(
        name="stream",
        address=names.stream(ThreadId("{thread_id}")),
        server=SERVER,
        title="The events of a conversation",
        description="Each is published by the script that records it, so that it can be read"
        " before it is announced. A subscriber written for the original design reads `response`,"
        " `chunk_index` and `is_final`, and ignores the rest. " + _NOT_KEPT,
        messages=event_messages(without="gap"),
        parameters=("thread_id",),
        steps=(
            Step(
                name="publishEvent",
                action=OperationAction.SEND,
                summary="Gateways and workers publish what happens",
            ),
            Step(
                name="hearEvent",
                action=OperationAction.RECEIVE,
                summary="A gateway hears what its followers are told",
            ),
        ),
    ),
)
"""In the order of a request's life."""
