"""What Kafka and Redis keep: each part is imported when it is built, because that takes a while."""

# ruff: noqa: PLC0415 -- that is what this module is for

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cse_chat.entrypoints import clock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from datetime import datetime

    from cse_chat.adapters.kafka.audit import KafkaAuditLog
    from cse_chat.adapters.kafka.dead_letters import KafkaDeadLetters
    from cse_chat.adapters.kafka.producer import SupervisedProducer
    from cse_chat.adapters.kafka.reading_back import KafkaResponseReader
    from cse_chat.adapters.kafka.requests import KafkaRequestLog
    from cse_chat.adapters.kafka.responses import KafkaResponseLog
    from cse_chat.adapters.kafka.source import KafkaRequestSource
    from cse_chat.adapters.redis.applied import RedisAppliedMarks
    from cse_chat.adapters.redis.cancellations import RedisCancellations
    from cse_chat.adapters.redis.clock import ServerClock
    from cse_chat.adapters.redis.connection import RedisConnection
    from cse_chat.adapters.redis.conversations import RedisConversations
    from cse_chat.adapters.redis.events import RedisEventLog
    from cse_chat.adapters.redis.feedback import RedisFeedbackBox
    from cse_chat.adapters.redis.heartbeats import Heartbeat
    from cse_chat.adapters.redis.hints import RedisHeardHints, RedisHints
    from cse_chat.adapters.redis.history import RedisHistory
    from cse_chat.adapters.redis.ledger import RedisLedger
    from cse_chat.adapters.redis.lineup import RedisLineup
    from cse_chat.adapters.redis.replies import RedisReplyBus
    from cse_chat.adapters.redis.threads import RedisThreads
    from cse_chat.domain.model.ids import CorrelationId
    from cse_chat.domain.ports.requests import DeadLetters
    from cse_chat.domain.use_cases.record_history import RecordHistory
    from cse_chat.entrypoints.settings import Settings

    ReplyTo = Callable[[CorrelationId], str | None]


def producer(settings: Settings) -> SupervisedProducer:
    """Return what this process writes to Kafka with."""
    from cse_chat.adapters.kafka.names import AUDIT, DEAD_LETTERS, REQUESTS, RESPONSES
    from cse_chat.adapters.kafka.producer import SupervisedProducer

    return SupervisedProducer(
        settings.kafka.bootstrap_servers, topics=(REQUESTS, RESPONSES, DEAD_LETTERS, AUDIT)
    )


def request_log(
    producer: SupervisedProducer, settings: Settings, gateway_id: str
) -> KafkaRequestLog:
    """Return the log of questions, each with the way back to this gateway."""
    from cse_chat.adapters.kafka.requests import KafkaRequestLog

    # In memory nobody else could reply.
    reply_to = gateway_id if settings.replies.transport == "redis" else None
    return KafkaRequestLog(producer, reply_to=reply_to)


def request_source(
    settings: Settings,
    dead_letters: DeadLetters,
    now: Callable[[], datetime],
    pause: Callable[[], Awaitable[None]],
) -> KafkaRequestSource:
    """Return what questions are read from, with the others of the group."""
    from cse_chat.adapters.kafka.source import KafkaRequestSource

    return KafkaRequestSource(
        settings.kafka.bootstrap_servers,
        dead_letters=dead_letters,
        default_deadline=settings.agent.deadline,
        now=now,
        pause=pause,
        session=settings.kafka.session,
    )


def response_log(producer: SupervisedProducer) -> KafkaResponseLog:
    """Return the lasting record of outcomes."""
    from cse_chat.adapters.kafka.responses import KafkaResponseLog

    return KafkaResponseLog(producer)


def response_reader(settings: Settings) -> KafkaResponseReader:
    """Return what reads outcomes back for a ledger that lost them."""
    from cse_chat.adapters.kafka.reading_back import KafkaResponseReader

    return KafkaResponseReader(
        settings.kafka.bootstrap_servers, default_deadline=settings.agent.deadline
    )


def dead_letters(producer: SupervisedProducer, settings: Settings) -> KafkaDeadLetters:
    """Return what is set aside for an operator."""
    from cse_chat.adapters.kafka.dead_letters import KafkaDeadLetters

    return KafkaDeadLetters(producer, bootstrap_servers=settings.kafka.bootstrap_servers)


def audit_log(producer: SupervisedProducer) -> KafkaAuditLog:
    """Return the lasting record of deletions and feedback."""
    from cse_chat.adapters.kafka.audit import KafkaAuditLog

    return KafkaAuditLog(producer)


def redis_connection(settings: Settings) -> RedisConnection:
    """Return the one way to the Redis server."""
    from cse_chat.adapters.redis.connection import RedisConnection

    return RedisConnection(settings.redis.url)


def server_clock(connection: RedisConnection) -> ServerClock:
    """Return the time by which deadlines and leases go in every process."""
    from cse_chat.adapters.redis.clock import ServerClock

    return ServerClock(connection, wall=time.time, steady=clock.steady_seconds)


def ledger(connection: RedisConnection, settings: Settings, reply_to: ReplyTo) -> RedisLedger:
    """Return the one truth about each request."""
    from cse_chat.adapters.redis.ledger import RedisLedger

    return RedisLedger(
        connection,
        new_token=clock.new_claim_token,
        lease=settings.worker.lease,
        answer_ttl=settings.redis.answer_ttl,
        history_ttl=settings.redis.history_ttl,
        reply_to=reply_to,
    )


def lineup(connection: RedisConnection, settings: Settings) -> RedisLineup:
    """Return which requests of each thread are open, and who may come next."""
    from cse_chat.adapters.redis.lineup import RedisLineup

    return RedisLineup(
        connection,
        answer_ttl=settings.redis.answer_ttl,
        history_ttl=settings.redis.history_ttl,
    )


def heartbeat(connection: RedisConnection, process_id: str, clock_: ServerClock) -> Heartbeat:
    """Return the sign of life by which a process knows that it hears what is published."""
    from cse_chat.adapters.redis.heartbeats import Heartbeat

    return Heartbeat(connection, name=process_id, clock=clock_)


def cancellations(connection: RedisConnection, process_id: str) -> RedisCancellations:
    """Return what hears at once that a running request is cancelled."""
    from cse_chat.adapters.redis.cancellations import RedisCancellations

    return RedisCancellations(connection, process_id=process_id)


def hints(connection: RedisConnection, producer: SupervisedProducer, gateway_id: str) -> RedisHints:
    """Return what tells workers of a request that Kafka still takes."""
    from cse_chat.adapters.kafka.names import REQUESTS
    from cse_chat.adapters.redis.hints import RedisHints

    return RedisHints(
        connection,
        reply_to=gateway_id,
        partition_of=lambda thread_id: producer.partition_of(REQUESTS, thread_id.encode()),
    )


def heard_hints(
    connection: RedisConnection, process_id: str, assigned: Callable[[], Collection[int]]
) -> RedisHeardHints:
    """Return what a worker hears of requests that are on their way to it."""
    from cse_chat.adapters.redis.hints import RedisHeardHints

    return RedisHeardHints(connection, process_id=process_id, assigned=assigned)


def event_log(connection: RedisConnection, gateway_id: str, threads: RedisThreads) -> RedisEventLog:
    """Return what happens in each thread, and who follows it here."""
    from cse_chat.adapters.redis.events import RedisEventLog

    events = RedisEventLog(connection, gateway_id=gateway_id)
    events.on_deleted = threads.forget
    return events


def applied_marks(connection: RedisConnection, settings: Settings) -> RedisAppliedMarks:
    """Return which partitions' responses the server is known to have."""
    from cse_chat.adapters.redis.applied import RedisAppliedMarks

    return RedisAppliedMarks(connection, ttl=settings.redis.answer_ttl)


def threads(connection: RedisConnection) -> RedisThreads:
    """Return whose each thread is."""
    from cse_chat.adapters.redis.threads import RedisThreads

    return RedisThreads(connection)


def conversations(connection: RedisConnection, threads: RedisThreads) -> RedisConversations:
    """Return the conversations that people have."""
    from cse_chat.adapters.redis.conversations import RedisConversations

    return RedisConversations(connection, on_deleted=threads.forget)


def feedback(connection: RedisConnection) -> RedisFeedbackBox:
    """Return what people think of their answers."""
    from cse_chat.adapters.redis.feedback import RedisFeedbackBox

    return RedisFeedbackBox(connection)


def history(connection: RedisConnection) -> RedisHistory:
    """Return what was said in each thread."""
    from cse_chat.adapters.redis.history import RedisHistory

    return RedisHistory(connection)


def reply_bus(  # noqa: PLR0917 -- what the container gives, in this order
    connection: RedisConnection,
    gateway_id: str,
    clock_: ServerClock,
    reply_to: ReplyTo,
    settle: RecordHistory,
    settings: Settings,
) -> RedisReplyBus:
    """Return the way outcomes come back to this gateway."""
    from cse_chat.adapters.redis.replies import RedisReplyBus

    return RedisReplyBus(
        connection,
        gateway_id=gateway_id,
        clock=clock_,
        monotonic=clock.steady_seconds,
        reply_to=reply_to,
        settle=settle if settings.replies.per_request_channels else None,
    )
