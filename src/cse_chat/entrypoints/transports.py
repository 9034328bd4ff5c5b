"""Each port over the transport that the settings choose; every provider is synchronous."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from dependency_injector import containers, providers

from cse_chat.adapters.cancellations import Cancellations
from cse_chat.adapters.hints import HeardHints
from cse_chat.adapters.memory.audit import InMemoryAuditLog
from cse_chat.adapters.memory.conversations import InMemoryConversations
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.events import InMemoryEvents
from cse_chat.adapters.memory.hints import InMemoryHints
from cse_chat.adapters.memory.ledger import InMemoryLedger
from cse_chat.adapters.memory.lineup import InMemoryLineup
from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.adapters.memory.requests import InMemoryRequestLog
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.adapters.memory.threads import InMemoryHistory, InMemoryThreads
from cse_chat.domain.ports.applied import AppliedMarks, ResponseReader
from cse_chat.domain.ports.audit import AuditLog
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog, EventRecorder
from cse_chat.domain.ports.feedback import FeedbackBox
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.lineup import Lineup
from cse_chat.domain.ports.offers import Offers
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.requests import DeadLetters, Hints, RequestLog, RequestSource
from cse_chat.domain.ports.responses import ResponseLog
from cse_chat.domain.ports.threads import History, Threads
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.entrypoints import clock, durable
from cse_chat.entrypoints.settings import Settings
from cse_chat.entrypoints.worker.pace import Pace
from cse_chat.entrypoints.worker.reply_addresses import ReplyAddresses


async def _pause(duration: timedelta) -> None:
    await asyncio.sleep(duration.total_seconds())


class Ports(containers.DeclarativeContainer):
    """What the use cases need from outside: clocks and ids, and each port over memory, Kafka or Redis."""

    settings = providers.Dependency(instance_of=Settings)

    monotonic = providers.Object(clock.steady_seconds)
    pause = providers.Object(_pause)
    chance = providers.Object(random.random)
    new_correlation_id = providers.Object(clock.new_correlation_id)
    new_audit_id = providers.Object(clock.new_uuid)
    gateway_id = providers.Singleton(clock.new_gateway_id)
    worker_id = providers.Singleton(clock.new_worker_id)
    reply_addresses = providers.Singleton(ReplyAddresses, own=gateway_id)

    # What is asked, and how it ended: a `Selector` for each port that has a choice of transports;
    # that each choice fits its port is checked where the contract suites are bound.
    asked_by = settings.provided.requests.transport
    answered_by = settings.provided.replies.transport

    redis = providers.Singleton(durable.redis_connection, settings)
    server_clock = providers.Singleton(durable.server_clock, redis)
    now: providers.Provider[Callable[[], datetime]] = providers.Selector(
        answered_by, memory=providers.Singleton(clock.SteadyClock), redis=server_clock
    )

    producer = providers.Singleton(durable.producer, settings)
    memory_dead_letters = providers.Singleton(InMemoryDeadLetters)
    dead_letters: providers.Provider[DeadLetters] = providers.Selector(
        asked_by,
        memory=memory_dead_letters,
        kafka=providers.Singleton(durable.dead_letters, producer, settings),
    )
    memory_responses = providers.Singleton(InMemoryResponseLog)
    responses: providers.Provider[ResponseLog] = providers.Selector(
        asked_by,
        memory=memory_responses,
        kafka=providers.Singleton(durable.response_log, producer),
    )
    response_reader: providers.Provider[ResponseReader] = providers.Selector(
        asked_by,
        memory=memory_responses,
        kafka=providers.Singleton(durable.response_reader, settings),
    )
    memory_audit = providers.Singleton(InMemoryAuditLog)
    audit: providers.Provider[AuditLog] = providers.Selector(
        asked_by,
        memory=memory_audit,
        kafka=providers.Singleton(durable.audit_log, producer),
    )
    memory_log = providers.Singleton(
        InMemoryRequestLog,
        dead_letters=memory_dead_letters,
        now=now,
        default_deadline=settings.provided.agent.deadline,
        capacity=settings.provided.worker.window_records,
        capacity_bytes=settings.provided.worker.window_bytes,
    )
    requests: providers.Provider[RequestLog] = providers.Selector(
        asked_by,
        memory=memory_log,
        kafka=providers.Singleton(durable.request_log, producer, settings, gateway_id),
    )
    pace = providers.Singleton(Pace)
    kafka_source = providers.Singleton(
        durable.request_source, settings, dead_letters, now, pace.provided.pause
    )
    source: providers.Provider[RequestSource] = providers.Selector(
        asked_by, memory=memory_log, kafka=kafka_source
    )

    # A log in memory has taken a request before anybody could answer it.
    memory_hints = providers.Singleton(InMemoryHints)
    hints: providers.Provider[Hints] = providers.Selector(
        asked_by,
        memory=memory_hints,
        kafka=providers.Selector(
            answered_by,
            memory=memory_hints,
            redis=providers.Singleton(durable.hints, redis, producer, gateway_id),
        ),
    )
    redis_heard_hints = providers.Singleton(
        durable.heard_hints, redis, worker_id, source.provided.assigned
    )
    heard_hints: providers.Provider[HeardHints] = providers.Selector(
        answered_by, memory=memory_hints, redis=redis_heard_hints
    )

    memory_replies = providers.Singleton(InMemoryReplyBus, monotonic=monotonic)
    memory_threads = providers.Singleton(InMemoryThreads, monotonic=monotonic)
    redis_threads = providers.Singleton(durable.threads, redis)
    threads: providers.Provider[Threads] = providers.Selector(
        answered_by, memory=memory_threads, redis=redis_threads
    )
    new_thread_id = providers.Selector(
        answered_by,
        memory=providers.Object(clock.new_thread_id),
        redis=redis_threads.provided.making.call(clock.new_thread_id),
    )
    memory_history = providers.Singleton(
        InMemoryHistory, monotonic=monotonic, now=now, ttl=settings.provided.redis.history_ttl
    )
    history: providers.Provider[History] = providers.Selector(
        answered_by,
        memory=memory_history,
        redis=providers.Singleton(durable.history, redis),
    )
    memory_events = providers.Singleton(
        InMemoryEvents,
        monotonic=monotonic,
        now=now,
        new_epoch=providers.Object(clock.new_epoch),
        ttl=settings.provided.redis.history_ttl,
    )
    memory_ledger = providers.Singleton(
        InMemoryLedger,
        threads=memory_threads,
        history=memory_history,
        replies=memory_replies,
        events=memory_events,
        monotonic=monotonic,
        new_token=providers.Object(clock.new_claim_token),
        lease=settings.provided.worker.lease,
        ttl=settings.provided.redis.answer_ttl,
    )
    redis_ledger = providers.Singleton(durable.ledger, redis, settings, reply_addresses)
    redis_replies = providers.Singleton(
        durable.reply_bus,
        redis,
        gateway_id,
        server_clock,
        reply_addresses,
        providers.Singleton(RecordHistory, ledger=redis_ledger),
        settings,
    )
    replies: providers.Provider[ReplyBus] = providers.Selector(
        answered_by, memory=memory_replies, redis=redis_replies
    )
    ledger: providers.Provider[Ledger] = providers.Selector(
        answered_by, memory=memory_ledger, redis=redis_ledger
    )
    claims: providers.Provider[Claims] = providers.Selector(
        answered_by, memory=memory_ledger, redis=redis_ledger
    )
    offers: providers.Provider[Offers] = providers.Selector(
        answered_by,
        memory=memory_ledger.provided.offers,
        redis=redis_ledger.provided.offers,
    )

    lineup: providers.Provider[Lineup] = providers.Selector(
        answered_by,
        memory=providers.Singleton(
            InMemoryLineup, ledger=memory_ledger, threads=memory_threads, monotonic=monotonic
        ),
        redis=providers.Singleton(durable.lineup, redis, settings),
    )
    redis_cancellations = providers.Singleton(durable.cancellations, redis, worker_id)
    cancellations: providers.Provider[Cancellations] = providers.Selector(
        answered_by, memory=memory_ledger.provided.cancellations, redis=redis_cancellations
    )
    worker_heartbeat = providers.Singleton(durable.heartbeat, redis, worker_id, server_clock)

    recorder: providers.Provider[EventRecorder] = providers.Selector(
        answered_by, memory=memory_ledger, redis=redis_ledger
    )
    redis_events = providers.Singleton(durable.event_log, redis, gateway_id, redis_threads)
    events: providers.Provider[EventLog] = providers.Selector(
        answered_by, memory=memory_events, redis=redis_events
    )

    conversations: providers.Provider[Conversations] = providers.Selector(
        answered_by,
        memory=providers.Singleton(
            InMemoryConversations,
            threads=memory_threads,
            history=memory_history,
            events=memory_events,
            ledger=memory_ledger,
        ),
        redis=providers.Singleton(durable.conversations, redis, redis_threads),
    )
    feedback: providers.Provider[FeedbackBox] = providers.Selector(
        answered_by,
        memory=memory_ledger,
        redis=providers.Singleton(durable.feedback, redis),
    )

    applied_marks: providers.Provider[AppliedMarks] = providers.Selector(
        answered_by,
        memory=memory_ledger.provided.marks,
        redis=providers.Singleton(durable.applied_marks, redis, settings),
    )
