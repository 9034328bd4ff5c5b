"""Many tasks that send to Kafka at once, a process of its own: ``python -m bench.sending``.

It reads a `SendingPlan` as JSON and writes a `SendingResult` as JSON.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec
import uvloop
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from cse_chat.adapters.kafka.compression import compress_quickly
from cse_chat.adapters.kafka.names import REQUESTS
from cse_chat.adapters.kafka.producer import SupervisedProducer
from cse_chat.adapters.wire.requests import EncodedRequest, encode_request
from cse_chat.domain.errors import ChatError
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.questions import ChatRequest, Question
from cse_chat.entrypoints.collector import seldom_collecting

OURS: Final = "cse-chat"
UNGATED: Final = "aiokafka"
SAME_CLIENT: Final = "aiokafka, set as ours"

_WARMING: Final = 200  # sends: each partition's leader is known then

Send = Callable[[EncodedRequest], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPlan:
    """Who sends how much.

    Attributes:
        contestant: One of the names above.
        address: Of a Kafka that has the product's topics.
        tasks: Each sends again as soon as its record is confirmed.
        seconds: How long; what is not confirmed then does not count.
    """

    contestant: str
    address: str
    tasks: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingResult:
    """What came of it.

    Attributes:
        sent: Confirmed sends.
        failures: How often what was raised instead.
        cpu: Seconds of this process's processor time.
    """

    sent: int
    failures: dict[str, int]
    seconds: float
    cpu: float


async def measure(plan: SendingPlan) -> SendingResult:
    """Send for as long as the plan says."""
    records = [_a_record(number) for number in range(plan.tasks)]
    async with CONTESTANTS[plan.contestant](plan) as send:
        async with asyncio.timeout(plan.seconds + 30):
            for number in range(_WARMING):
                await send(records[number % plan.tasks])
        return await _measured(send, records, plan.seconds)


async def _measured(send: Send, records: list[EncodedRequest], seconds: float) -> SendingResult:
    sent, failures = 0, Counter[str]()
    began, cpu = time.perf_counter(), time.process_time()
    end = began + seconds

    async def keep_sending(record: EncodedRequest) -> None:
        nonlocal sent
        while time.perf_counter() < end:
            try:
                await send(record)
            except (KafkaError, ChatError) as error:
                failures[type(error).__name__] += 1
            else:
                sent += 1

    tasks = [asyncio.create_task(keep_sending(record)) for record in records]
    await asyncio.wait(tasks, timeout=seconds)
    result = SendingResult(
        sent=sent,
        failures=dict(failures),
        # Measured, not planned: a loop that is busy looks at its clock late.
        seconds=time.perf_counter() - began,
        cpu=time.process_time() - cpu,
    )
    for task in tasks:
        task.cancel()
    return result


def _a_record(number: int) -> EncodedRequest:
    now = datetime.now(UTC)
    return encode_request(
        ChatRequest(
            correlation_id=CorrelationId(str(uuid4())),
            question=Question(
                thread_id=ThreadId(f"bench-{number}"),
                user_id=UserId("local"),
                text=f"question of task {number:05}",
            ),
            asked_at=now,
            deadline=now + timedelta(minutes=5),
        )
    )


@asynccontextmanager
async def _ours(plan: SendingPlan) -> AsyncIterator[Send]:
    producer = SupervisedProducer(
        plan.address,
        # With those of a gateway, most of so many would be refused at once; here all shall be sent.
        confirmed_by=timedelta(seconds=60),
        most_waiting=plan.tasks,
    )
    async with producer:

        async def send(record: EncodedRequest) -> None:
            await producer.send(
                REQUESTS, key=record.key, value=record.value, headers=record.headers
            )

        yield send


@asynccontextmanager
async def _same_client(plan: SendingPlan) -> AsyncIterator[Send]:
    compress_quickly()
    # The sizes of `Batch` and of the largest record.
    async with _library(plan, max_batch_size=262_144, max_request_size=2_500_000) as send:
        yield send


@asynccontextmanager
async def _ungated(plan: SendingPlan) -> AsyncIterator[Send]:
    async with _library(plan) as send:
        yield send


@asynccontextmanager
async def _library(plan: SendingPlan, **settings: int) -> AsyncIterator[Send]:
    # As durable as ours.
    producer = AIOKafkaProducer(
        bootstrap_servers=plan.address,
        enable_idempotence=True,
        acks="all",
        compression_type="lz4",
        **settings,
    )
    await producer.start()
    # Never stopped: that would wait for all that is not sent yet.
    yield _ungated_send(producer)


def _ungated_send(producer: AIOKafkaProducer) -> Send:
    async def send(record: EncodedRequest) -> None:
        await producer.send_and_wait(
            REQUESTS, record.value, key=record.key, headers=list(record.headers)
        )

    return send


CONTESTANTS: Final[Mapping[str, Callable[[SendingPlan], AbstractAsyncContextManager[Send]]]] = {
    OURS: _ours,
    UNGATED: _ungated,
    SAME_CLIENT: _same_client,
}


def main() -> None:
    """Do what standard input says, and say on standard output how it went."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=SendingPlan)

    async def measure_and_end() -> None:
        result = await measure(plan)
        sys.stdout.buffer.write(msgspec.json.encode(result))
        sys.stdout.buffer.flush()
        # What is still under way would be waited for, or cancelled task by task: it is not wanted.
        os._exit(0)

    # A gateway has the collector seldom search: so has what is set as it is. The library as it comes is in
    # Python as it comes.
    with nullcontext() if plan.contestant == UNGATED else seldom_collecting():
        uvloop.run(measure_and_end())


if __name__ == "__main__":  # pragma: no cover - the command line itself
    main()
