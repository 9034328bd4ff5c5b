"""What the scripts say of a request's row."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from cse_chat.adapters.redis.calls import Reply
from cse_chat.adapters.wire.outcomes import decode_outcome
from cse_chat.domain.errors import (
    IdConflictError,
    InvalidRequestError,
    MalformedRecordError,
    NotOwnerError,
    ThreadDeletedError,
)
from cse_chat.domain.model.claims import Entry, Settlement, Tail
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.feedback import Feedback, Rating
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest


def entry_of(correlation_id: CorrelationId, fields: Sequence[Reply]) -> Entry:
    """Return what the script ``find`` says of a request that is known.

    Raises:
        MalformedRecordError: None of us can have written it.
    """
    with _read_as(correlation_id):
        thread, user, status, deadline, durability, outcome, attempt, done, begins, *rated = fields
        user_id = UserId(user.decode())
        entry = Entry(
            correlation_id=correlation_id,
            thread_id=ThreadId(thread.decode()),
            user_id=user_id,
            status=Status(status.decode()),
            deadline=datetime.fromtimestamp(int(deadline) / 1000, UTC),
            durability=_durability(durability),
            settlement=None,
            begins=Cursor.parse(begins.decode()) if begins else None,
            feedback=_feedback(*rated),
        )
    if entry.status.is_open:
        return entry
    reply = (b"settled", outcome, durability, attempt, done)
    return replace(entry, settlement=settlement_of(reply, correlation_id, user_id))


def settlement_of(
    reply: Sequence[Reply], correlation_id: CorrelationId, user_id: UserId
) -> Settlement:
    """Return what a script says of a request that is settled.

    Raises:
        MalformedRecordError: None of us can have written it.
    """
    with _read_as(correlation_id):
        _, outcome, durability, attempt, done = reply
        return Settlement(
            outcome=decode_outcome(
                outcome or b"",
                user_id=user_id,
                durability=_durability(durability),
                attempt=int(attempt),
            ),
            done=tails_of(done),
        )


def refusal_of(slug: bytes, request: ChatRequest) -> IdConflictError | NotOwnerError:
    """Return why a script refused to make a request known."""
    if slug == b"deleted":
        return ThreadDeletedError(request.thread_id)
    if slug == b"not-owner":
        return NotOwnerError(request.thread_id)
    return IdConflictError(request.correlation_id)


def tails_of(done: Sequence[bytes]) -> frozenset[Tail]:
    """Return what of the tail a script says is done."""
    return frozenset(Tail(tail.decode()) for tail in done)


@contextmanager
def _read_as(correlation_id: CorrelationId) -> Generator[None]:
    """Say whose row it is that nobody of us can have written."""
    try:
        yield
    except (ValueError, AttributeError, OverflowError, OSError, InvalidRequestError) as error:
        kind = type(error).__name__
        raise MalformedRecordError(f"row of request {correlation_id}: {kind}") from error


def _feedback(rating: bytes, comment: bytes, rated_at: bytes) -> Feedback | None:
    if not rating:
        return None
    return Feedback(
        rating=Rating(rating.decode()),
        comment=comment.decode(),
        given_at=datetime.fromtimestamp(int(rated_at) / 1000, UTC),
    )


def _durability(value: bytes) -> Durability | None:
    return Durability(value.decode()) if value else None
