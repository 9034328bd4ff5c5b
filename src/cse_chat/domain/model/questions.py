"""What was asked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.ids import (
    CorrelationId,
    ThreadId,
    UserId,
    is_correlation_id,
    is_thread_id,
    is_user_id,
)

MAX_MESSAGE_CHARS = 4_000
MAX_METADATA_ENTRIES = 16
MAX_METADATA_CHARS = 256

# A lone surrogate cannot be encoded, and NUL ends strings elsewhere: either would fail later, in
# a store or a log.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class IfBusy(StrEnum):
    """What is to happen while an earlier question of the thread is not settled."""

    ENQUEUE = "enqueue"
    """Wait behind it."""
    REJECT = "reject"
    """Ask nothing."""
    INTERRUPT = "interrupt"
    """Cancel it, and every other one that was asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a user asked in a thread; never blank and never longer than an agent accepts.

    Attributes:
        begins_thread: The thread was made for it: nobody else knows of one, nor asks in it. Known
            only where it is asked.

    Raises:
        InvalidRequestError: Naming every fault at once, by field.
    """

    thread_id: ThreadId
    user_id: UserId
    text: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    begins_thread: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what no reader could store, show or answer."""
        violations = [*_in_ids(self), *_in_text(self.text), *_in_metadata(self.metadata)]
        if violations:
            raise InvalidRequestError(*violations)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A question on its way to the agent.

    Attributes:
        deadline: From then on no agent time is spent on it.
    """

    correlation_id: CorrelationId
    question: Question
    asked_at: datetime
    deadline: datetime

    def __post_init__(self) -> None:
        """Refuse an id that cannot be a key, and times that cannot be compared."""
        if not is_correlation_id(self.correlation_id):
            raise InvalidRequestError(
                Violation(("correlation_id",), "must be a UUID in lower case")
            )
        for name, time in (("timestamp", self.asked_at), ("deadline", self.deadline)):
            if time.tzinfo is None:
                raise InvalidRequestError(Violation((name,), "must have a time zone"))

    @property
    def thread_id(self) -> ThreadId:
        """The thread it belongs to."""
        return self.question.thread_id

    @property
    def user_id(self) -> UserId:
        """Who asked."""
        return self.question.user_id


def _in_ids(question: Question) -> Iterator[Violation]:
    if not is_thread_id(question.thread_id):
        yield Violation(("thread_id",), "must be 1 to 128 characters out of A-Z a-z 0-9 _ -")
    if not is_user_id(question.user_id):
        yield Violation(("user_id",), "must be 1 to 128 characters out of A-Z a-z 0-9 _ . @ -")


def _in_text(text: str) -> Iterator[Violation]:
    if not text.strip():
        yield Violation(("message",), "must not be blank")
    if len(text) > MAX_MESSAGE_CHARS:
        yield Violation(("message",), f"must have at most {MAX_MESSAGE_CHARS:,} characters")
    if not _is_storable(text):
        yield Violation(("message",), "must not contain NUL or lone surrogates")


def _in_metadata(metadata: Mapping[str, str]) -> Iterator[Violation]:
    if len(metadata) > MAX_METADATA_ENTRIES:
        yield Violation(("metadata",), f"must have at most {MAX_METADATA_ENTRIES} entries")
    for key, value in metadata.items():
        if max(len(key), len(value)) > MAX_METADATA_CHARS:
            limit = f"key and value must have at most {MAX_METADATA_CHARS} characters"
            yield Violation(("metadata", key[:MAX_METADATA_CHARS]), limit)
        if not (_is_storable(key) and _is_storable(value)):
            yield Violation(("metadata",), "must not contain NUL or lone surrogates")


def _is_storable(text: str) -> bool:
    return _UNSTORABLE.search(text) is None
