"""What the ledger in memory keeps of one request."""

from dataclasses import dataclass, field
from datetime import datetime

from cse_chat.adapters.memory.weights import weight_of_outcome
from cse_chat.domain.model.claims import Entry, Settlement, Tail
from cse_chat.domain.model.events import NOTHING_YET, Cursor
from cse_chat.domain.model.feedback import Feedback
from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status


@dataclass(slots=True, kw_only=True)
class Row:
    """One request. The token stands while an attempt is neither released nor fenced off.

    Attributes:
        said: How much of what the attempt says is recorded.
        begins: Behind which of its thread's events its own begin.
    """

    correlation_id: CorrelationId
    thread_id: ThreadId
    user_id: UserId
    deadline: datetime
    durability: Durability | None
    attempt: int = 0
    spent: int = 0
    token: ClaimToken | None = None
    lease_until: float | None = None
    said: int = 0
    begins: Cursor = NOTHING_YET
    outcome: Outcome | None = None
    feedback: Feedback | None = None
    done: set[Tail] = field(default_factory=set)

    @property
    def status(self) -> Status:
        """How the request stands."""
        if self.outcome:
            return self.outcome.status
        return Status.RUNNING if self.token else Status.ACCEPTED

    def entry(self) -> Entry:
        """Return what is told of it."""
        return Entry(
            correlation_id=self.correlation_id,
            thread_id=self.thread_id,
            user_id=self.user_id,
            status=self.status,
            deadline=self.deadline,
            durability=self.durability,
            settlement=self.settlement(),
            begins=self.begins,
            feedback=self.feedback,
        )

    def settlement(self) -> Settlement | None:
        """Return how it ended, if it has."""
        if self.outcome is None:
            return None
        return Settlement(outcome=self.outcome, done=frozenset(self.done))


def weight_of(row: Row) -> int:
    """Return what *row* takes; one that is open counts nothing."""
    return weight_of_outcome(row.outcome) if row.outcome else 0
