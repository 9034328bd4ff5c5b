"""Every key and channel in Redis, written once."""

from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId

EVERY_GATEWAY = "chat.replies"
"""Channel every gateway hears: outcomes of requests whose gateway nobody can name."""

CONTROL = "chat.control"
"""Channel of cancellations, for workers that are running the request."""


DELETIONS = "chat.deleted"
"""Channel every gateway hears: ids of threads that were just deleted."""


def response(correlation_id: CorrelationId) -> str:
    """Return the channel of one request's outcome, and the key of its mailbox."""
    return f"chat.response:{correlation_id}"


def replies(gateway_id: str) -> str:
    """Return the channel of outcomes for requests that wait in one gateway."""
    return f"chat.replies:{gateway_id}"


def hints(partition: int | str) -> str:
    """Return the channel of requests that are on their way into a partition."""
    return f"chat.hints:{partition}"


def offer(correlation_id: CorrelationId) -> str:
    """Return the key where an early answer and the word that its request is accepted meet."""
    return f"chat.offer:{correlation_id}"


def heartbeat(gateway_id: str) -> str:
    """Return the key that a gateway's heartbeat writes, and the channel it is heard on."""
    return f"chat.heartbeat:{gateway_id}"


def request(correlation_id: CorrelationId) -> str:
    """Return the key of what the ledger knows of a request."""
    return f"chat.request:{correlation_id}"


def applied(partition: int) -> str:
    """Return the key of how far a partition's responses are in Redis."""
    return f"chat.applied:{partition}"


def owner(thread_id: ThreadId) -> str:
    """Return the key of whose a thread is."""
    return f"chat:{thread_id}:owner"


def open_requests(thread_id: ThreadId) -> str:
    """Return the key of a thread's ids that are not settled."""
    return f"chat:{thread_id}:open"


def messages(thread_id: ThreadId) -> str:
    """Return the key of a thread's history."""
    return f"chat:{thread_id}:messages"


def events(thread_id: ThreadId) -> str:
    """Return the key of a thread's events."""
    return f"chat:{thread_id}:events"


def meta(thread_id: ThreadId) -> str:
    """Return the key of a thread's epoch, its counters and its claim."""
    return f"chat:{thread_id}:meta"


def stream(thread_id: ThreadId) -> str:
    """Return the channel of a thread's events."""
    return f"chat.stream:{thread_id}"


def threads_of(user_id: UserId) -> str:
    """Return the key of a user's threads, by last use."""
    return f"chat:user:{user_id}:threads"
