"""The topics: made once, and compared with what they should be."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import TopicAlreadyExistsError, for_code

from cse_chat.adapters.kafka.closing import within
from cse_chat.adapters.kafka.connection import client_options
from cse_chat.adapters.kafka.errors import FAILURES, check_topics, transport_error
from cse_chat.adapters.kafka.names import AUDIT, DEAD_LETTERS, REQUESTS, RESPONSES
from cse_chat.domain.errors import TransportError

_DAY: Final = 86_400_000
_REQUEST_TIMEOUT: Final = timedelta(seconds=10)
_ANSWERED_BY: Final = 20.0  # seconds
_CLOSED_BY: Final = 3.0
_POLLING: Final = 0.05
_NO_ERROR: Final = 0
_SAFE_REPLICATION: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as it should be.

    Attributes:
        configs: What differs from Kafka's defaults, or must not.
    """

    name: str
    partitions: int
    replication: int
    configs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a topic is.

    Attributes:
        exists: Whether it is there at all.
        differences: Each as a sentence; empty when it is as it should be.
    """

    topic: Topic
    exists: bool
    differences: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether nothing has to be done."""
        return self.exists and not self.differences


def topics(*, partitions: int, replication: int) -> tuple[Topic, ...]:
    """Return every topic of the product.

    Args:
        partitions: Of each.
        replication: Servers that keep each record.
    """
    safe = {"min.insync.replicas": "2" if replication >= _SAFE_REPLICATION else "1"}
    days = ((REQUESTS, 7), (RESPONSES, 30), (DEAD_LETTERS, 30), (AUDIT, 30))
    return tuple(
        Topic(
            name=name,
            partitions=partitions,
            replication=replication,
            configs={
                "retention.ms": str(kept * _DAY),
                "message.timestamp.type": "LogAppendTime",
                # A dead letter is a record and what is said of it.
                "max.message.bytes": "2097152" if name == DEAD_LETTERS else "1048588",
                **safe,
            },
        )
        for name, kept in days
    )


async def create(bootstrap_servers: str, wanted: Sequence[Topic]) -> list[str]:
    """Make what is missing of *wanted*; return the names of what was made.

    What is there is left as it is: see `describe`.

    Raises:
        TransportError: Kafka cannot be reached, or refuses; the message says what.
    """
    made = []
    async with _admin(bootstrap_servers) as admin:
        await controller_known(admin._client)  # noqa: SLF001 - nothing public says so
        answer = await admin.create_topics([_new(topic) for topic in wanted])
        for name, code, *details in answer.topic_errors:
            if code == _NO_ERROR:
                made.append(name)
            elif for_code(code) is not TopicAlreadyExistsError:
                reason = details[0] if details and details[0] else for_code(code).__name__
                raise TransportError(f"Kafka does not make the topic {name}: {reason}")
        # It answers before every server knows of them: who asks at once would be told they miss.
        while not await _are_usable(admin, [topic.name for topic in wanted]):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(_POLLING)
    return made


async def describe(bootstrap_servers: str, wanted: Sequence[Topic]) -> list[Drift]:
    """Return how each of *wanted* is.

    Raises:
        TransportError: Kafka cannot be reached, or refuses; the message says what.
    """
    async with _admin(bootstrap_servers) as admin:
        found = await admin.describe_topics([topic.name for topic in wanted])
        there = {each["topic"]: each for each in found if each["error_code"] == _NO_ERROR}
        configs = await _configs_of(admin, [t.name for t in wanted if t.name in there])
    return [_drift(topic, there.get(topic.name), configs.get(topic.name, {})) for topic in wanted]


async def require(bootstrap_servers: str, names: Collection[str]) -> None:
    """Return when Kafka has all of *names*.

    Raises:
        MissingTopicError: It lacks some; the message says what to run.
        TransportError: Kafka cannot be reached, or refuses; the message says what.
    """
    async with _admin(bootstrap_servers) as admin:
        check_topics(names, await admin.list_topics())


async def controller_known(client: AIOKafkaClient) -> None:
    """Return once *client* knows who makes topics: nobody, just after a pause of the only server.

    The library looks once, and takes whatever it finds for a server.
    """
    while client.cluster.controller is None:
        if not await client.force_metadata_update() or client.cluster.controller is None:
            await asyncio.sleep(_POLLING)


async def _are_usable(admin: AIOKafkaAdminClient, names: Sequence[str]) -> bool:
    found = await admin.describe_topics(list(names))
    return all(
        each["error_code"] == _NO_ERROR
        and all(partition["error_code"] == _NO_ERROR for partition in each["partitions"])
        for each in found
    )


def _new(topic: Topic) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=topic.partitions,
        replication_factor=topic.replication,
        topic_configs=dict(topic.configs),
    )


def _drift(topic: Topic, found: Mapping[str, Any] | None, configs: Mapping[str, str]) -> Drift:
    if found is None:
        return Drift(topic=topic, exists=False)
    differences = []
    partitions = found["partitions"]
    if len(partitions) != topic.partitions:
        differences.append(f"{len(partitions)} partitions, not {topic.partitions}")
    replicas = min((len(each["replicas"]) for each in partitions), default=0)
    if replicas != topic.replication:
        differences.append(f"replication {replicas}, not {topic.replication}")
    differences += [
        f"{name} is {configs.get(name)}, not {value}"
        for name, value in topic.configs.items()
        if configs.get(name) != value
    ]
    return Drift(topic=topic, exists=True, differences=tuple(differences))


async def _configs_of(
    admin: AIOKafkaAdminClient, names: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    if not names:
        return {}
    answers = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    )
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }


@asynccontextmanager
async def _admin(bootstrap_servers: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(
        **client_options(bootstrap_servers, request_timeout=_REQUEST_TIMEOUT)
    )
    try:
        async with asyncio.timeout(_ANSWERED_BY):
            await admin.start()
            yield admin
    except FAILURES as error:
        raise TransportError(f"{transport_error(error)} ({bootstrap_servers})") from error
    finally:
        await within(_CLOSED_BY, admin.close())
