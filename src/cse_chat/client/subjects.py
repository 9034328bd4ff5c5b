"""What a follower wants to hear of."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from cse_chat.client.events import Event, Gap, RequestEvent, UnknownEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A thread, or one question in it.

    Attributes:
        thread_id: The thread; ``None`` while nobody knows in which one the question is.
        correlation_id: The question; ``None``: all that happens in the thread.
    """

    thread_id: str | None
    correlation_id: str | None = None

    @classmethod
    def question(cls, correlation_id: str, *, thread_id: str | None = None) -> Self:
        """Return one question, up to its outcome."""
        return cls(correlation_id=correlation_id, thread_id=thread_id)

    @property
    def path(self) -> str:
        """Where its events are, over HTTP."""
        if self.correlation_id is not None:
            return f"{path_of_question(self.correlation_id)}/events"
        return f"{path_of_thread(self.thread_id or '')}/events"

    def concerns(self, event: Event) -> bool:
        """Return whether *event*, of the same thread, is about it; a gap is about all."""
        return self.correlation_id in {None, _question_of(event)} or isinstance(event, Gap)


def path_of_question(correlation_id: str) -> str:
    """Return where a question is."""
    return f"/api/chat/{quote(correlation_id, safe='')}"


def path_of_thread(thread_id: str) -> str:
    """Return where a thread is."""
    return f"/api/threads/{quote(thread_id, safe='')}"


def _question_of(event: Event) -> object:
    if isinstance(event, RequestEvent):
        return event.correlation_id
    return event.members.get("correlation_id") if isinstance(event, UnknownEvent) else None
