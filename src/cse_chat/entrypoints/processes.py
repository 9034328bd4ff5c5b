"""The roles a process can have: what opens in it, in which order, and how it ends."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from dependency_injector import providers

from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.exports import export_answering, export_asking, export_common
from cse_chat.entrypoints.kafka_check import KafkaCheck
from cse_chat.entrypoints.lifetimes import opened
from cse_chat.entrypoints.metrics.exposition import Metrics
from cse_chat.entrypoints.readiness import Readiness
from cse_chat.entrypoints.redis_check import RedisCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One role, played over a container.

    Attributes:
        parts: Opened left to right, closed in reverse.
        drain: Takes nothing new, and finishes what it can within the budget; then it may close.
        metrics: What it exports.
    """

    parts: Sequence[object]
    drain: Callable[[timedelta], Awaitable[None]]
    readiness: Readiness
    metrics: Metrics = field(default_factory=Metrics)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """Open every part, then be ready; close them in reverse."""
        async with opened(self.parts):
            self.readiness.started = True
            yield


def gateway(container: Container) -> Process:
    """Return the process that asks and waits; somebody else answers."""
    service = container.gateway()

    async def drain(_: timedelta) -> None:
        service.drain()
        await service.emptied()

    export_common(container, role="gateway")
    export_asking(container)
    return Process(
        parts=[
            container.loop_lag(),
            *_stores(container),
            *_listening(container),
            *_writing(container),
            service,
        ],
        drain=drain,
        readiness=container.readiness(),
        metrics=container.metrics(),
    )


def worker(container: Container) -> Process:
    """Return the process that answers what others ask."""
    container.gateway_id.override(providers.Object(""))  # nobody waits here
    service = container.worker()
    export_common(container, role="worker")
    export_answering(container)
    return Process(
        parts=[
            container.loop_lag(),
            container.agent(),
            *_stores(container),
            *_timing(container),
            *_hearing(container),
            *_writing(container, reads=True),
            *_reading(container),
            *_ahead(container),
            service,
        ],
        drain=service.drain,
        readiness=container.readiness(),
        metrics=container.metrics(),
    )


def embedded(container: Container) -> Process:
    """Return both in one process, over any mix of transports."""
    asking = container.gateway()
    answering = container.embedded_worker()

    async def drain(budget: timedelta) -> None:
        # Its answers first: whoever waits gets them, as long as there is time.
        await answering.drain(budget)
        asking.drain()
        await asking.emptied()

    export_common(container, role="run")
    export_asking(container)
    export_answering(container)
    return Process(
        parts=[
            container.loop_lag(),
            container.agent(),
            *_stores(container),
            *_listening(container),
            *_hearing(container),
            *_writing(container, reads=True),
            *_reading(container),
            *_ahead(container),
            asking,
            answering,
        ],
        drain=drain,
        readiness=container.readiness(),
        metrics=container.metrics(),
    )


def _stores(container: Container) -> list[object]:
    """What keeps answers and conversations."""
    if container.settings().replies.transport == "memory":
        return []
    redis = container.redis()
    check = RedisCheck(redis)
    container.readiness().needs("redis", lambda: redis.is_answering, troubles=check)
    ledger = container.redis_ledger()
    container.readiness().counts("registrations_dropped", lambda: ledger.registrations.dropped)
    return [redis, check, ledger]


def _listening(container: Container) -> list[object]:
    """What hears replies; its heartbeats tell the server's time."""
    if container.settings().replies.transport == "memory":
        return []
    replies = container.redis_replies()
    container.readiness().needs("replies", lambda: replies.healthy)
    container.readiness().counts("replies_dropped", lambda: dict(replies.dropped))
    return [replies, container.redis_events()]


def _timing(container: Container) -> list[object]:
    """What tells the server's time to who hears no replies."""
    return [] if container.settings().replies.transport == "memory" else [container.server_clock()]


def _hearing(container: Container) -> list[object]:
    """What hears cancellations, and the heartbeats by which it knows that it would."""
    if container.settings().replies.transport == "memory":
        return []
    cancellations = container.redis_cancellations()
    container.readiness().counts("control_dropped", lambda: cancellations.dropped)
    return [container.worker_heartbeat(), cancellations]


def _writing(container: Container, *, reads: bool = False) -> list[object]:
    """What writes questions, outcomes and dead letters.

    Who also *reads* notices by that, too, that Kafka is away: it may have nothing to write.
    """
    if container.settings().requests.transport == "memory":
        return []
    producer = container.producer()
    source = container.kafka_source() if reads else None
    check = KafkaCheck(
        container.settings().kafka.bootstrap_servers,
        is_well=lambda: producer.healthy and (source is None or source.healthy),
    )
    container.readiness().needs("kafka", lambda: producer.healthy and not check(), troubles=check)
    container.readiness().counts("producers_replaced", lambda: producer.replaced)
    return [producer, check]


def _reading(container: Container) -> list[object]:
    """What reads questions."""
    letters, process = container.dead_letters(), container.process_request()
    container.readiness().counts("dead_letters", lambda: dict(letters.counts))
    container.readiness().counts("claims", lambda: dict(process.counts))
    if container.settings().requests.transport == "memory":
        return []
    source = container.kafka_source()
    container.readiness().needs("requests", lambda: source.healthy)
    return [source]


def _ahead(container: Container) -> list[object]:
    """What has agents asked before a question is delivered, where they allow it."""
    settings = container.settings()
    is_durable = (settings.requests.transport, settings.replies.transport) == ("kafka", "redis")
    # Else the log is as quick, or two processes of one group have each a ledger of its own.
    if not is_durable or not container.answer_early().is_allowed:
        return []
    heard = container.redis_heard_hints()
    container.readiness().counts("hints_dropped", lambda: heard.dropped)
    return [heard, container.ahead()]
