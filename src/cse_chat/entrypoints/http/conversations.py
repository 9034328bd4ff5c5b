"""Conversations in their HTTP shape."""

from datetime import UTC
from typing import Any, Final, Literal, Self

import msgspec
from typing_extensions import override

from cse_chat.adapters.wire.responses import Instant
from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.threads import Conversation, ConversationPage
from cse_chat.domain.use_cases.delete_thread import Deletion
from cse_chat.entrypoints.http.bodies import json_object, unknown_fields

_TITLE_FIELDS: Final = ("title",)
STILL_KEPT: Final = (
    "The logs of the service keep their records until their retention ends (over Kafka questions 7"
    " days; answers, what was set aside and this deletion 30 days). Nobody can read them here."
)


class ThreadBody(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation.

    Attributes:
        title: The first question, shortened, or what its owner named it.
        created: When its first question became known.
        updated: When it was last asked in, or a question was last answered.
        turns: How many there ever were.
        busy: Whether questions of it are open.
    """

    id: str
    title: str
    created: Instant
    updated: Instant
    turns: int
    busy: bool

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        """Return *conversation* in its HTTP shape."""
        return cls(**_members(conversation))


class ThreadDetailsBody(ThreadBody, frozen=True, kw_only=True):
    """A conversation, and where to go on from.

    Attributes:
        title: The first question, shortened, or what its owner named it.
        created: When its first question became known.
        updated: When it was last asked in, or a question was last answered.
        turns: How many there ever were.
        busy: Whether questions of it are open.
        cursor: That of its last event: read this first, then the messages, then follow the events
            after it, and nothing is missed.
    """

    cursor: str

    @classmethod
    @override
    def of(cls, conversation: Conversation) -> Self:
        """Return *conversation* in its HTTP shape."""
        return cls(**_members(conversation), cursor=conversation.cursor.text)


def _members(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.thread_id,
        "title": conversation.title,
        "created": conversation.created.astimezone(UTC),
        "updated": conversation.updated.astimezone(UTC),
        "turns": conversation.turns,
        "busy": conversation.busy,
    }


class ThreadsBody(msgspec.Struct, frozen=True, kw_only=True):
    """A page of somebody's conversations, last used first.

    Attributes:
        next: What to give as `after` for the following page; null on the last one.
    """

    threads: tuple[ThreadBody, ...]
    next: str | None

    @classmethod
    def of(cls, page: ConversationPage) -> Self:
        """Return *page* in its HTTP shape."""
        return cls(threads=tuple(map(ThreadBody.of, page.conversations)), next=page.next)


class DeletedBody(msgspec.Struct, frozen=True, kw_only=True):
    """What was deleted of a conversation, and what was not.

    Attributes:
        cancelled: How many of its questions were open, and are cancelled.
        turns: How many turns of its history are gone.
        answers: How many outcomes are gone that could be read by their request's id.
        kept: What is still kept where, and for how long, in words.
    """

    id: str
    status: Literal["deleted"] = "deleted"
    cancelled: int
    turns: int
    answers: int
    kept: str = STILL_KEPT

    @classmethod
    def of(cls, thread_id: str, deletion: Deletion) -> Self:
        """Return *deletion* in its HTTP shape."""
        removed = deletion.removed
        return cls(
            id=thread_id,
            cancelled=deletion.cancelled,
            turns=removed.turns,
            answers=removed.answers,
        )


def title_in(raw: bytes) -> str:
    """Return the title in *raw*, whatever it is.

    Raises:
        InvalidRequestError: There is none, or there is more.
    """
    document = json_object(raw)
    faults = list(unknown_fields(document, _TITLE_FIELDS))
    title = document.get("title")
    if not isinstance(title, str):
        faults.append(Violation(("title",), "must be a string"))
    if faults:
        raise InvalidRequestError(*faults)
    return str(title)
