"""What the ledger in memory keeps of requests."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cse_chat.adapters.memory.expiring import ExpiringDict
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


class Rows:
    """The requests of this process: open ones until they are settled, settled ones for a while.

    Attributes:
        open: By their ids.
        open_in: By their threads, and there by their ids, oldest first.
        settled: By their ids, the last ones up to *cap* bytes, for *ttl*.
    """

    def __init__(self, *, cap: int, ttl: timedelta, monotonic: Callable[[], float]) -> None:
        self.open: dict[CorrelationId, Row] = {}
        self.open_in: dict[ThreadId, dict[CorrelationId, Row]] = {}
        self.settled: ExpiringDict[CorrelationId, Row] = ExpiringDict(
            cap=cap, ttl=ttl, monotonic=monotonic, weigh=_weight_of
        )

    def get(self, correlation_id: CorrelationId) -> Row | None:
        """Return what is known of a request."""
        return self.open.get(correlation_id) or self.settled.get(correlation_id)

    def add(self, row: Row) -> None:
        """Add one that is open, behind the others of its thread."""
        self.open[row.correlation_id] = row
        self.open_in.setdefault(row.thread_id, {})[row.correlation_id] = row

    def close(self, row: Row) -> None:
        """Count *row* no more among those that are open."""
        if self.open.pop(row.correlation_id, None) is None:
            return
        open_ones = self.open_in[row.thread_id]
        del open_ones[row.correlation_id]
        if not open_ones:
            del self.open_in[row.thread_id]

    def forget(self, thread_id: ThreadId, ids: Collection[CorrelationId]) -> int:
        """Forget the settled ones among *ids* of a thread that were not cancelled; return how many."""
        rows = [row for row in map(self.settled.get, ids) if row and row.thread_id == thread_id]
        gone = [row for row in rows if row.status is not Status.CANCELLED]
        for row in gone:
            self.settled.pop(row.correlation_id)
        return len(gone)


def _weight_of(row: Row) -> int:
    """Return what *row* takes; one that is open counts nothing."""
    return weight_of_outcome(row.outcome) if row.outcome else 0
