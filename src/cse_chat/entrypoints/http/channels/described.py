"""What each part of the document is said with: a channel, what it carries, who says and hears it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar_asyncapi.spec import (
    Channel,
    CorrelationId,
    Message,
    MessageExample,
    Operation,
    OperationAction,
    Parameter,
    Reference,
    Reply,
    Tag,
)

from cse_chat.entrypoints.http.published import examples

Json = dict[str, Any]

IN_PAYLOAD: Final = CorrelationId(
    location="$message.payload#/correlation_id", description="Names the request."
)

_PARAMETERS: Final[Mapping[str, Parameter]] = {
    "correlation_id": Parameter(
        description="Names the request: a UUID with hyphens, in lower case.",
        examples=[examples.CORRELATION_ID],
    ),
    "gateway_id": Parameter(
        description="Names a running gateway: random for each process, and its one reply address.",
        examples=["f1d70ca9bb7d4510f3181d8c6c4e375f"],
    ),
    "partition": Parameter(
        description="A partition of `chat.requests`, by its number.", examples=["3"]
    ),
    "thread_id": Parameter(
        description="Names the conversation: 1 to 128 of A-Z a-z 0-9 _ -.",
        examples=[examples.THREAD_ID],
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the service does at a channel.

    Attributes:
        name: Unique in the document.
        messages: Names of those it is about; by default all that the channel carries.
        replies: The channel on which the reply comes, if one does.
    """

    name: str
    action: OperationAction
    summary: str
    description: str | None = None
    messages: Sequence[str] = ()
    replies: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A channel.

    Attributes:
        name: Unique in the document.
        address: With its parameters in braces.
        server: What carries it.
        messages: All that it carries, by a name that is unique in the document.
    """

    name: str
    address: str
    server: str
    title: str
    description: str
    messages: Mapping[str, Message]
    steps: Sequence[Step]
    bindings: Json | None = None
    parameters: Sequence[str] = ()

    def channel(self) -> Channel:
        """Return it as an object of the document, where its messages are components."""
        return Channel(
            address=self.address,
            title=self.title,
            description=self.description,
            messages={
                name: Reference(ref=f"#/components/messages/{name}") for name in self.messages
            },
            parameters={name: _PARAMETERS[name] for name in self.parameters} or None,
            servers=[Reference(ref=f"#/servers/{self.server}")],
            tags=[Tag(name=self.server)],
            bindings=self.bindings,
        )

    def operations(self) -> dict[str, Operation]:
        """Return what the service does at it."""
        return {step.name: self._operation(step) for step in self.steps}

    def _operation(self, step: Step) -> Operation:
        return Operation(
            action=step.action,
            channel=Reference(ref=f"#/channels/{self.name}"),
            title=step.summary,
            summary=step.summary,
            description=step.description,
            tags=[Tag(name=self.server)],
            messages=[
                Reference(ref=f"#/channels/{self.name}/messages/{name}")
                for name in step.messages or self.messages
            ],
            reply=Reply(channel=Reference(ref=f"#/channels/{step.replies}"))
            if step.replies
            else None,
        )


def message(
    schema: str,
    title: str,
    summary: str,
    *payloads: object,
    name: str | None = None,
    correlated: bool = True,
) -> Message:
    """Return a message in JSON.

    Args:
        schema: Name of its schema.
        title: What people call it.
        summary: One sentence.
        payloads: Examples.
        name: What programs call it; by default its schema's.
        correlated: Whether it names the request that it is about.
    """
    return Message(
        name=name or schema,
        title=title,
        summary=summary,
        content_type="application/json",
        payload=Reference(ref=f"#/components/schemas/{schema}"),
        correlation_id=IN_PAYLOAD if correlated else None,
        examples=[MessageExample(payload=payload) for payload in payloads],
    )
