"""What is asked for within a session, and when it begins anew."""

from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.fetch import (
    FetchRequest,
    FetchRequest_v6,
    FetchRequest_v11,
    FetchResponse_v4,
    FetchResponse_v11,
)
from aiokafka.protocol.metadata import MetadataRequest

from cse_chat.adapters.kafka.fetch_sessions import FetchSessions
from cse_chat.adapters.kafka.quick_requests import QuickRequest

TOPIC = "requests"
NODE = 1
FETCH = 1  # the key of its API
UNKNOWN_SESSION = 70
LAST = 2**31 - 1


class Broker:
    """Says what it was asked for, and remembers a session if it knows any."""

    cluster = "what the client knows"

    def __init__(self, *, newest: int = 11, session_id: int = 5) -> None:
        self._newest = newest
        self.session_id = session_id
        self.code = 0
        self.error: Exception | None = None
        self.asked: list[Any] = []

    async def send(self, node: int, request: Any) -> Any:  # noqa: ANN401 - the library's
        assert node == NODE
        if not isinstance(request, QuickRequest):  # none that fetches
            return request
        written = request.prepare({FETCH: (0, self._newest)}).encode()
        kind = FetchRequest_v11 if self._newest == FetchRequest_v11.API_VERSION else FetchRequest_v6
        self.asked.append(kind.decode(written))
        if self.error:
            raise self.error
        if self._newest < 7:
            return FetchResponse_v4(0, [])
        return FetchResponse_v11(0, self.code, self.session_id, [])


class Scene:
    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        client: Any = broker
        self.assignment = object()
        self.sessions = FetchSessions(client, assignment=lambda: self.assignment)

    async def fetch(self, **offsets: int) -> None:
        """Ask for partitions, named ``p0`` and so on, from *offsets*."""
        partitions = [(int(name[1:]), offset, 1_000) for name, offset in offsets.items()]
        await self.sessions.send(NODE, FetchRequest(500, 1, 9_000, 0, [(TOPIC, partitions)]))

    @property
    def last(self) -> Any:  # noqa: ANN401 - the library's
        return self.broker.asked[-1]

    @property
    def session(self) -> tuple[int, int]:
        """Number and epoch that were said last."""
        return self.last.session_id, self.last.session_epoch

    @property
    def offsets(self) -> Mapping[int, int]:
        """Partitions that were asked for last."""
        return {place[0]: place[2] for _, found in self.last.topics for place in found}


async def test_the_first_asks_for_everything_and_the_next_ones_for_what_has_changed() -> None:
    scene = Scene(Broker())

    await scene.fetch(p0=0, p1=0)
    assert (scene.session, scene.offsets) == ((0, 0), {0: 0, 1: 0})
    await scene.fetch(p0=0, p1=7)
    assert (scene.session, scene.offsets) == ((5, 1), {1: 7})
    await scene.fetch(p0=0, p1=7)
    assert (scene.session, scene.offsets) == ((5, 2), {})

    assert (scene.last.max_wait_time, scene.last.min_bytes, scene.last.max_bytes) == (500, 1, 9_000)
    assert scene.last.forgotten_topics_data == []


async def test_what_is_wanted_no_more_is_forgotten_and_asked_for_again_later() -> None:
    scene = Scene(Broker())
    await scene.fetch(p0=0, p1=0)

    await scene.fetch(p1=0)
    assert (scene.offsets, scene.last.forgotten_topics_data) == ({}, [(TOPIC, [0])])
    await scene.fetch(p0=0, p1=0)
    assert (scene.offsets, scene.last.forgotten_topics_data) == ({0: 0}, [])


async def test_a_session_that_the_broker_does_not_know_begins_anew() -> None:
    scene = Scene(Broker())
    await scene.fetch(p0=0)
    scene.broker.code = UNKNOWN_SESSION
    await scene.fetch(p0=0)
    scene.broker.code = 0

    await scene.fetch(p0=0)

    assert (scene.session, scene.offsets) == ((5, 0), {0: 0})


async def test_behind_a_request_that_was_not_answered_everything_is_asked_for() -> None:
    scene = Scene(Broker())
    await scene.fetch(p0=0)
    scene.broker.error = KafkaConnectionError()
    with pytest.raises(KafkaConnectionError):
        await scene.fetch(p0=3)
    scene.broker.error = None

    await scene.fetch(p0=3)

    assert (scene.session, scene.offsets) == ((5, 0), {0: 3})


async def test_with_another_assignment_everything_is_asked_for() -> None:
    scene = Scene(Broker())
    await scene.fetch(p0=0)

    scene.assignment = object()
    await scene.fetch(p0=0)
    assert (scene.session, scene.offsets) == ((5, 0), {0: 0})
    await scene.fetch(p0=0)
    assert (scene.session, scene.offsets) == ((5, 1), {})


@pytest.mark.parametrize("broker", [Broker(session_id=0), Broker(newest=6)])
async def test_a_broker_without_sessions_is_asked_for_everything(broker: Broker) -> None:
    scene = Scene(broker)
    for _ in range(2):
        await scene.fetch(p0=0, p1=0)
        assert sorted(place[0] for _, found in scene.last.topics for place in found) == [0, 1]


async def test_epochs_begin_again_behind_the_last_one() -> None:
    scene = Scene(Broker())
    await scene.fetch(p0=0)
    session = scene.sessions._sessions[NODE]
    scene.sessions._sessions[NODE] = type(session)(session.id, LAST, session.asked)

    await scene.fetch(p0=0)
    await scene.fetch(p0=0)

    assert [asked.session_epoch for asked in scene.broker.asked] == [0, LAST, 1]


async def test_everything_else_is_the_clients() -> None:
    scene = Scene(Broker())
    request = MetadataRequest([])

    assert await scene.sessions.send(NODE, request) is request
    assert scene.sessions.cluster == Broker.cluster
