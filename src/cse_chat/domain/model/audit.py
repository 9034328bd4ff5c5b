"""What is kept on record about what users and operators did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId


class AuditKind(StrEnum):
    """What was done."""

    DELETED = "deleted"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One act; holds no question and no answer.

    Attributes:
        id: Of this record: what is repeated under the same one is one act.
        user_id: Who did it.
        correlation_id: The request it is about; ``None`` for a whole thread.
        details: What else there is to say of it; a comment is a user's own text.
    """

    id: str
    kind: AuditKind
    thread_id: ThreadId
    user_id: UserId
    at: datetime
    correlation_id: CorrelationId | None = None
    details: Mapping[str, str] = field(default_factory=dict)
