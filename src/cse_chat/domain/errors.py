"""Every error the chat domain raises on purpose."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar


class ChatError(Exception):
    """Base of the taxonomy; catch this at an entrypoint, never inside the domain.

    Attributes:
        slug: Stable machine-readable name, safe to show to a caller.
        retryable: Whether the same call may succeed if made again later.
    """

    slug: ClassVar[str] = "chat-error"
    retryable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with what a caller sent.

    Attributes:
        path: Where, from the outside in: ``("metadata", "session_id")``; empty for the whole.
        rule: What is expected, as a sentence that says what to do.
    """

    path: tuple[str, ...]
    rule: str


class InvalidRequestError(ChatError):
    """The caller sent something the domain refuses; `violations` names every fault at once."""

    slug = "invalid-request"

    def __init__(self, *violations: Violation) -> None:
        super().__init__("; ".join(f"{'/'.join(v.path)}: {v.rule}" for v in violations))
        self.violations = violations


class NotFoundError(ChatError):
    """There is no such request or thread, or it is another user's: nobody may tell which."""

    slug = "not-found"


class OverloadedError(ChatError):
    """The service holds as many unfinished requests as it can; nothing was kept."""

    slug = "overloaded"
    retryable = True


class ThreadBusyError(ChatError):
    """An earlier question of the thread is not settled, and its sender would not wait for it."""

    slug = "thread-busy"
    retryable = True


class NotAcceptedError(ChatError):
    """The question is durable nowhere; nothing of it was kept."""

    slug = "not-accepted"
    retryable = True


class AcceptanceUnknownError(ChatError):
    """Nobody can say whether the request log holds the request."""

    slug = "acceptance-unknown"
    retryable = True

    def __init__(self, correlation_id: str) -> None:
        super().__init__(f"the append of {correlation_id} was not confirmed")
        self.correlation_id = correlation_id


class TransportError(ChatError):
    """A broker or store did not do what was asked; ``__cause__`` says why."""

    slug = "transport-unavailable"
    retryable = True


class CancelUnavailableError(TransportError):
    """Nobody can say now whether the request is cancelled; asking again is right."""

    slug = "cancel-unavailable"


class NotListeningError(TransportError):
    """An outcome announced from now on may not be heard; it can still be read later."""


class ReplyTimeoutError(ChatError):
    """No outcome arrived in time; the request stays queued and is answered later."""

    slug = "reply-timeout"
    retryable = True

    def __init__(self, correlation_id: str, thread_id: str, waited: timedelta) -> None:
        super().__init__(f"no outcome of {correlation_id} within {waited}")
        self.correlation_id = correlation_id
        self.thread_id = thread_id
        self.waited = waited


class MalformedRecordError(ChatError):
    """A stored record cannot be read; reading it again will not help."""

    slug = "malformed-record"


class IdConflictError(ChatError):
    """The correlation id is already that of another user's or thread's request."""

    slug = "id-conflict"


class NotOwnerError(ChatError):
    """The thread belongs to another user."""

    slug = "not-owner"


class ThreadDeletedError(NotOwnerError):
    """Its owner has deleted the thread: it is nobody's, and nothing more is written of it."""

    slug = "thread-deleted"


class NotAnsweredError(ChatError):
    """The request has no answer: none yet, or it ended otherwise."""

    slug = "not-answered"


class ClaimLostError(ChatError):
    """A later claim has fenced this attempt off; its work counts for nothing."""

    slug = "claim-lost"


class AgentError(ChatError):
    """An attempt of the agent failed; `retryable` says whether another may succeed."""

    slug = "agent-failed"


class AgentUnavailableError(AgentError):
    """What the agent needs (a model, its data) does not answer now."""

    slug = "agent-unavailable"
    retryable = True


class AgentCrashedError(AgentError):
    """The agent raised what is not one of ours (``__cause__`` is it), or said what it may not."""

    slug = "agent-crashed"
    retryable = True


class AgentRefusedError(AgentError):
    """The agent will not answer this question, now or later; the message says why."""

    slug = "agent-refused"


class AnswerTooLargeError(AgentError):
    """The agent says more than an answer may hold; another attempt would say as much."""

    slug = "answer-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The answer is too large to be kept ({limit // 1024} KiB at most): ask for less."
        )
        self.limit = limit
