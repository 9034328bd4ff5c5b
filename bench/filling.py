"""Brokers as they are after very many questions, without asking them all.

One question is asked for real. What it left behind in Redis (its keys, with their times to live) and
in Kafka (its record in both topics) is written again and again under other ids of the same length.
"""

import asyncio
import itertools
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.partitioner import murmur2
from redis import Redis

from bench.cluster import Cluster
from bench.errors import BrokenRunError
from cse_chat.adapters.kafka.names import GROUP, REQUESTS, RESPONSES

_CHUNK: Final = 500  # questions; their commands fit into what sockets buffer of replies
_BATCH: Final = 262_144
_PATIENCE: Final = 60.0
_MOST_TURNS: Final = 1_000  # as our script has it

Headers = Sequence[tuple[str, bytes]]
Ids = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one question in a thread of its own left behind.

    Attributes:
        ids: Its correlation id and its thread id.
        once: Commands, encoded, for what is kept once for a thread.
        each: Those for what is kept for each question.
        lines: How many of them the server answers to both.
        records: By topic.
    """

    ids: Ids
    once: bytes
    each: bytes
    lines: tuple[int, int]
    records: Mapping[str, tuple[bytes, bytes, Headers]]


def trace_of(cluster: Cluster, correlation_id: str, thread_id: str) -> Trace:
    """Return what an answered question left behind, as soon as all of it is there.

    Raises:
        BrokenRunError: Something is still missing after a minute.
    """
    ids = correlation_id.encode(), thread_id.encode()
    records = {topic: asyncio.run(_record(cluster, topic, ids[0])) for topic in _TOPICS}
    with Redis.from_url(cluster.redis.url) as redis:
        each = [
            command
            for key in redis.scan_iter(f"*{correlation_id}*", count=10_000)
            for command in _commands(redis, key)
        ]
        once: list[list[bytes]] = []
        for key in redis.scan_iter(f"chat:{thread_id}:*", count=10_000):
            if redis.type(key) == b"list":  # the history: it grows with each question, to an end
                each += [*_commands(redis, key), [b"LTRIM", key, b"%d" % -_MOST_TURNS, b"-1"]]
            else:  # also the events, of which the thread has those of its first question
                once += _commands(redis, key)
        for key in redis.scan_iter("chat:user:*:threads", count=10_000):
            score = cast("float | None", redis.zscore(key, thread_id))
            if score is not None:  # the list has a life already
                once.append([b"ZADD", key, b"%d" % score, ids[1]])
    if not each or not once:
        raise BrokenRunError(f"{correlation_id} left nothing behind in Redis")
    return Trace(
        ids=ids,
        once=b"".join(map(_encoded, once)),
        each=b"".join(map(_encoded, each)),
        lines=(_lines(once), _lines(each)),
        records=records,
    )


_TOPICS: Final = (REQUESTS, RESPONSES)


def fill(cluster: Cluster, trace: Trace, questions: Iterator[Ids], count: int) -> None:
    """Leave behind what *count* questions would have left; nobody else uses the brokers.

    The group has then acknowledged everything.

    Args:
        cluster: Where.
        trace: Is repeated.
        questions: Correlation and thread id of each, as long as the trace's own; the questions of
            a thread come one after the other.
        count: How many of them are taken.

    Raises:
        BrokenRunError: Redis refuses it.
    """
    for some in _chunks(itertools.islice(questions, count)):
        _fill_redis(cluster, trace, some)
        asyncio.run(_fill_kafka(cluster, trace, some))
    asyncio.run(_acknowledge(cluster))
    _settle(cluster)


def _chunks(questions: Iterator[Ids]) -> Iterator[list[Ids]]:
    while some := list(itertools.islice(questions, 100_000)):
        yield some


def _commands(redis: Redis, key: bytes) -> list[list[bytes]]:
    """Return what makes a key as it is."""
    kind = redis.type(key)
    life = str(max(redis.pttl(key), 1)).encode()
    if kind == b"string":
        return [[b"SET", key, cast("bytes", redis.get(key)), b"PX", life]]
    if kind == b"hash":
        fields = cast("dict[bytes, bytes]", redis.hgetall(key))
        made = [b"HSET", key, *itertools.chain.from_iterable(fields.items())]
    elif kind == b"list":
        made = [b"RPUSH", key, *cast("list[bytes]", redis.lrange(key, 0, -1))]
    elif kind == b"stream":
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", redis.xrange(key))
        added = [
            [b"XADD", key, position, *itertools.chain.from_iterable(fields.items())]
            for position, fields in entries
        ]
        # It may be made again: a thread's questions come in several parts.
        return [[b"DEL", key], *added, [b"PEXPIRE", key, life]]
    else:
        raise BrokenRunError(f"what is a {kind!r} for?")
    return [made, [b"PEXPIRE", key, life]]


def _lines(commands: Sequence[Sequence[bytes]]) -> int:
    """Return how many lines are answered to *commands*; an id stands in one of its own."""
    return sum(2 if command[0] == b"XADD" else 1 for command in commands)


def _encoded(command: Sequence[bytes]) -> bytes:
    parts = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in command)
    return b"*%d\r\n%b" % (len(command), parts)


def _fill_redis(cluster: Cluster, trace: Trace, questions: Sequence[Ids]) -> None:
    place = urlsplit(cluster.redis.url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=60) as client:
        known = b""
        for start in range(0, len(questions), _CHUNK):
            sent, replies = [], 0
            for ids in questions[start : start + _CHUNK]:
                if ids[1] != known:
                    known = ids[1]
                    sent.append(_renamed(trace.once, trace, ids))
                    replies += trace.lines[0]
                sent.append(_renamed(trace.each, trace, ids))
                replies += trace.lines[1]
            client.sendall(b"".join(sent))
            _read_replies(client, replies)


def _read_replies(client: socket.socket, count: int) -> None:
    received = b"\r\n"
    while received.count(b"\r\n") <= count:
        received += client.recv(1 << 20)
        if b"\r\n-" in received:
            wrong = next(line for line in received.splitlines() if line.startswith(b"-"))
            raise BrokenRunError(f"Redis says {wrong!r}")


def _renamed(text: bytes, trace: Trace, ids: Ids) -> bytes:
    return text.replace(trace.ids[0], ids[0]).replace(trace.ids[1], ids[1])


async def _fill_kafka(cluster: Cluster, trace: Trace, questions: Sequence[Ids]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=cluster.kafka.address,
        acks="all",
        compression_type="lz4",
        max_batch_size=_BATCH,
        max_request_size=2 * _BATCH,
    )
    await producer.start()
    try:
        for topic in _TOPICS:
            partitions = len(await producer.partitions_for(topic))
            by_partition: dict[int, list[Ids]] = {number: [] for number in range(partitions)}
            for ids in questions:
                # As every client chooses it by the key, which is the thread.
                number = (murmur2(ids[1]) & 0x7FFFFFFF) % partitions
                by_partition[number].append(ids)
            for number, some in by_partition.items():
                await _send(producer, topic, number, trace, some)
    finally:
        await producer.stop()


async def _send(
    producer: AIOKafkaProducer, topic: str, partition: int, trace: Trace, questions: list[Ids]
) -> None:
    key, value, headers = trace.records[topic]
    batch = producer.create_batch()
    for ids in questions:
        record: dict[str, Any] = {
            "key": _renamed(key, trace, ids),
            "value": _renamed(value, trace, ids),
            "headers": [(name, _renamed(text, trace, ids)) for name, text in headers],
            "timestamp": None,
        }
        if batch.append(**record) is None:  # it is full
            await (await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(**record)
    if batch.record_count():
        await (await producer.send_batch(batch, topic, partition=partition))


async def _record(cluster: Cluster, topic: str, wanted: bytes) -> tuple[bytes, bytes, Headers]:
    """Return the record of one question, once it is there."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=cluster.kafka.address,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                read = await consumer.getmany(timeout_ms=500)
                for record in itertools.chain.from_iterable(read.values()):
                    if wanted in record.value:
                        return record.key, record.value, list(record.headers)
    except TimeoutError as error:
        raise BrokenRunError(f"{wanted.decode()} is not in {topic}") from error
    finally:
        await consumer.stop()


async def _acknowledge(cluster: Cluster) -> None:
    """Let the group begin behind everything that is there; it has no members now."""
    reader = AIOKafkaConsumer(REQUESTS, bootstrap_servers=cluster.kafka.address)
    await reader.start()
    partitions = reader.assignment()
    ends = await reader.end_offsets(partitions)
    await reader.stop()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=cluster.kafka.address, group_id=GROUP, enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign(list(partitions))
        async with asyncio.timeout(_PATIENCE):
            await consumer.commit(ends)
    finally:
        await consumer.stop()


def _settle(cluster: Cluster) -> None:
    """Return once Redis has done what it does beside its work after so many writes."""
    with Redis.from_url(cluster.redis.url) as redis:
        end = time.monotonic() + 10 * _PATIENCE
        while cast("dict[str, int]", redis.info("persistence"))["aof_rewrite_in_progress"]:
            if time.monotonic() > end:
                raise BrokenRunError("Redis still rewrites its file")
            time.sleep(0.5)
