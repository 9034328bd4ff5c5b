"""Fetches that say only what has changed since the one before, and get only what is new (KIP-227)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest

from cse_chat.adapters.kafka.quick_requests import QuickRequest

_WITH_SESSIONS: Final = 7  # version of the request
_LAST: Final = 2**31 - 1

_Asked = Mapping[tuple[str, int], tuple[int, int]]
"""What is asked for, by topic and partition: offset and most bytes."""


@dataclass(frozen=True, slots=True)
class _Session:
    """What a broker remembers of what it was asked for.

    Attributes:
        id: 0 when there is none.
        epoch: Of the next request; 0 begins anew.
        asked: What it remembers.
    """

    id: int = 0
    epoch: int = 0
    asked: _Asked = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _InSession:
    """A fetch request as the library's client takes it: what of *wanted* is new, in *session*."""

    whole: FetchRequest
    wanted: _Asked
    session: _Session

    def prepare(self, versions: Mapping[int, tuple[int, int]]) -> Any:  # noqa: ANN401 - the library's
        """Return it as it is sent; a broker that knows no sessions is asked for everything."""
        request = self.whole.prepare(versions)
        if request.API_VERSION < _WITH_SESSIONS:
            return request
        asked = self.session.asked
        is_new = {place for place, want in self.wanted.items() if asked.get(place) != want}
        request.session_id, request.session_epoch = self.session.id, self.session.epoch
        topics = [
            (topic, [p for p in found if (topic, p[0]) in is_new])
            for topic, found in request.topics
        ]
        request.topics = [(topic, found) for topic, found in topics if found]
        request.forgotten_topics_data = [
            (topic, [partition]) for topic, partition in asked.keys() - self.wanted.keys()
        ]
        return request


def fetch_in_sessions(consumer: AIOKafkaConsumer) -> None:
    """Have *consumer*, which is started, fetch in a session with each broker.

    By itself the library asks for every partition each time, and is told of every one, whatever
    became of it in between.
    """
    fetcher = consumer._fetcher  # noqa: SLF001 - there is no other way in
    subscriptions = fetcher._subscriptions  # noqa: SLF001 - the same
    fetcher._client = FetchSessions(  # noqa: SLF001 - the same
        fetcher._client,  # noqa: SLF001 - the same
        assignment=lambda: subscriptions.subscription.assignment,
    )


class FetchSessions:
    """The library's client, as its fetcher uses it.

    With each *assignment* sessions begin anew: a broker does not repeat where an idle partition ends.
    """

    def __init__(self, client: AIOKafkaClient, *, assignment: Callable[[], object]) -> None:
        self._client = client
        self._assignment = assignment
        self._assigned: object = None
        self._sessions: dict[int, _Session] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the client's is
        return getattr(self._client, name)

    async def send(self, node: int, request: Any) -> Any:  # noqa: ANN401 - the library's
        """See the client's own; one fetch of a node at a time."""
        if not isinstance(request, FetchRequest):
            return await self._client.send(node, request)
        wanted = {
            (topic, partition): (offset, most_bytes)
            for topic, partitions in request.topics
            for partition, offset, most_bytes in partitions
        }
        if self._assignment() is not self._assigned:
            self._assigned = self._assignment()
            self._sessions = {at: _Session(session.id) for at, session in self._sessions.items()}
        session = self._sessions.get(node, _Session())
        # Unless it is answered, nobody knows what the broker remembers: it is told to begin anew.
        self._sessions[node] = _Session(session.id)
        request_in_session = QuickRequest(_InSession(request, wanted, session))
        response = await self._client.send(node, request_in_session)
        is_kept = response.API_VERSION >= _WITH_SESSIONS and not response.error_code
        if is_kept and response.session_id:
            epoch = session.epoch % _LAST + 1
            self._sessions[node] = _Session(response.session_id, epoch, wanted)
        return response
