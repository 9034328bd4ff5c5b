"""What an operator is told when Kafka cannot be used."""

import pytest
from aiokafka.errors import UnrecognizedBrokerVersion

from brokers.ports import free_port
from cse_chat.adapters.kafka.diagnosis import explained, finding_of
from cse_chat.domain.errors import TransportError
from tests.integration.strangers import answering


async def _slug(servers: str, *names: str) -> str:
    finding = await finding_of(servers, names)
    return finding.slug if finding else "none"


async def test_a_missing_topic_is_told_with_what_to_run(kafka_address: str) -> None:
    finding = await finding_of(kafka_address, ["no-such-topic"])

    assert finding
    assert finding.slug == "missing-topics"
    assert "no topic no-such-topic: run  cse-chat topics create" in finding.detail


async def test_a_kafka_that_is_well_is_none(kafka_address: str) -> None:
    """Also when another of the servers that one begins with is down, or is none."""
    for beside in (f"127.0.0.1:{free_port()}", "no-such-host.invalid:9092"):
        assert await _slug(f"{beside}, {kafka_address}") == "none"


async def test_a_server_that_is_not_there_is_told() -> None:
    assert await _slug(f"127.0.0.1:{free_port()}") == "connection-refused"
    assert await _slug("no-such-host.invalid:9092") == "unknown-host"
    assert await _slug("127.0.0.1:99999") == "connection-refused"


@pytest.mark.parametrize(
    ("reply", "slug"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not-kafka"),
        (b"-ERR", "not-kafka"),
        (b"", "not-kafka"),
        (None, "no-answer"),
    ],
)
async def test_something_else_on_that_port_is_told(reply: bytes | None, slug: str) -> None:
    async with answering(reply) as port:
        assert await _slug(f"127.0.0.1:{port}") == slug


async def test_of_several_servers_the_one_where_one_gets_furthest_is_told() -> None:
    async with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        assert await _slug(f"no-such-host.invalid:9092,127.0.0.1:{port}") == "not-kafka"


async def test_what_kafka_itself_refuses_is_told_in_its_words(kafka_address: str) -> None:
    refusal = TransportError("Kafka does not make the topic a: replication 3 on 1 broker")

    finding = await explained(refusal, kafka_address)

    assert (finding.slug, finding.detail) == ("refused", f"{refusal}.")


def _raised(message: str, cause: Exception) -> TransportError:
    error = TransportError(message)
    error.__cause__ = cause
    return error


async def test_a_kafka_that_is_too_old_is_told(kafka_address: str) -> None:
    error = _raised("Kafka: UnrecognizedBrokerVersion", UnrecognizedBrokerVersion())

    assert (await explained(error, kafka_address)).slug == "old-server"


async def test_a_kafka_that_answers_and_cannot_be_used_is_told_with_the_kind_of_error(
    kafka_address: str,
) -> None:
    """As when its own addresses cannot be reached from here."""
    error = _raised("Kafka does not answer (TimeoutError)", TimeoutError())

    finding = await explained(error, kafka_address)

    assert finding.slug == "unusable"
    assert "(TimeoutError)" in finding.detail
    assert "advertised.listeners" in finding.detail
