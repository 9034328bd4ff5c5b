"""What the ledger says of a request: who may work on it, and what is done."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cse_chat.domain.model.events import Cursor, Utterance
from cse_chat.domain.model.feedback import Feedback
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ClaimToken, CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Outcome, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a request and its thread, for as long as its lease is renewed.

    Attributes:
        attempt: Numbered from 1; rises with every claim.
        spent: Earlier attempts that count against the limit: they had started, then failed or
            crashed. Attempts that were released without fault do not count.
        token: The fence: a later claim has another one, and this one is worth nothing then.
        before: What was said in the thread before, oldest first: the turns of the last requests
            that are settled. Those that are still open are left out: however many are queued,
            they do not push out what was answered.
    """

    correlation_id: CorrelationId
    thread_id: ThreadId
    attempt: int
    spent: int
    token: ClaimToken
    before: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyAnswer:
    """What an agent answered before its request was claimed, knowing of nothing said before.

    Attributes:
        outcome: As it is when this was the first attempt, and none of the thread came before it.
        said: All that the agent said on the way.
    """

    outcome: Outcome
    said: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class Busy:
    """Another live claim holds the request or its thread; look again a little later."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The ledger may have lost what was answered in the partition: have it applied first."""


class Tail(StrEnum):
    """What is still to be done once a request is settled."""

    HISTORY = "history"
    DEAD_LETTER = "dead-letter"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The outcome that holds, whoever settled it.

    Attributes:
        done: What of the tail is marked as done.
    """

    outcome: Outcome
    done: frozenset[Tail]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the ledger knows of one request.

    Attributes:
        settlement: Present exactly when the status is an outcome.
        begins: Behind which of its thread's events its own begin; ``None`` when nobody can say.
        feedback: What who asked thinks of the answer; ``None`` until they say so.
    """

    correlation_id: CorrelationId
    thread_id: ThreadId
    user_id: UserId
    status: Status
    deadline: datetime
    durability: Durability | None
    settlement: Settlement | None
    begins: Cursor | None = None
    feedback: Feedback | None = None
