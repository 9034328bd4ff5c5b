"""What is wrong with Kafka is told when it changes, and again after it was well."""

from structlog.testing import capture_logs

from cse_chat.adapters.kafka.availability import Availability
from cse_chat.domain.errors import TransportError


async def test_the_same_problem_is_told_once_for_each_time_it_begins() -> None:
    availability = Availability("consumer")
    with capture_logs() as logs:
        for _ in range(3):
            availability.note_unavailable(TransportError("refused"))
        availability.note_unavailable(TransportError("no such topic"))
        availability.note_connected()
        availability.note_unavailable(TransportError("no such topic"))

    assert [line["reason"] for line in logs] == ["refused", "no such topic", "no such topic"]
    assert {line["role"] for line in logs} == {"consumer"}


async def test_it_begins_as_not_connected_and_not_tried() -> None:
    availability = Availability("producer")
    assert str(availability.problem) == "Kafka is not connected yet"
    assert not availability.tried.is_set()

    availability.note_connected()

    assert availability.problem is None
    assert availability.tried.is_set()
