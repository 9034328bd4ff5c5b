"""What aiokafka raises, as errors of the domain."""

from collections.abc import Collection, Generator
from contextlib import contextmanager

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    ConsumerStoppedError,
    IllegalOperation,
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)

from cse_chat.domain.errors import OverloadedError, TransportError

FAILURES = (
    KafkaError,
    ConsumerStoppedError,
    IllegalOperation,
    OSError,
    TimeoutError,
    AssertionError,
)
"""All the client or the network raises.

`TimeoutError` is also a time of our own that is over; the client asserts that it knows a broker,
which it does not while the only one comes back from a pause.
"""

NOT_KEPT = (
    ClusterAuthorizationFailedError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
"""With these the broker says that it has not kept a record."""


class UnconfirmedError(TransportError):
    """A record was handed to the client, and nobody can say whether Kafka keeps it."""


class MissingTopicError(TransportError):
    """Kafka has no such topic; it is never made by writing to it."""

    def __init__(self, *topics: str) -> None:
        super().__init__(
            f"Kafka has no topic {', '.join(sorted(topics))}: run  cse-chat topics create"
        )
        self.topics = topics


def check_topics(wanted: Collection[str], known: Collection[str]) -> None:
    """Look before using them: a missing topic is waited for, with ten errors a second.

    Raises:
        MissingTopicError: *known* lacks one of *wanted*.
    """
    missing = set(wanted) - set(known)
    if missing:
        raise MissingTopicError(*missing)


def transport_error(error: BaseException) -> TransportError:
    """Return *error* as ours: its kind and what to do about it, and never what was sent."""
    if isinstance(error, TransportError):
        return error
    if isinstance(error, KafkaConnectionError | OSError | TimeoutError):
        return TransportError(f"Kafka does not answer ({type(error).__name__})")
    return TransportError(f"Kafka: {type(error).__name__}")


@contextmanager
def translated() -> Generator[None]:
    """Raise what the client raises as `TransportError`."""
    try:
        yield
    except FAILURES as error:
        raise transport_error(error) from error


def reason_of(error: OverloadedError | TransportError) -> str:
    """Return why a record was not sent, in a word, for a counter."""
    if isinstance(error, OverloadedError):
        return "overloaded"
    if isinstance(error, UnconfirmedError):
        return "unconfirmed"
    return "refused" if isinstance(error.__cause__, NOT_KEPT) else "unsent"
