"""The object graph: every provider is synchronous and opens nothing."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from dependency_injector import containers, providers

from cse_chat.adapters.cancellations import Cancellations
from cse_chat.adapters.memory.audit import InMemoryAuditLog
from cse_chat.adapters.memory.conversations import InMemoryConversations
from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.events import InMemoryEvents
from cse_chat.adapters.memory.ledger import InMemoryLedger
from cse_chat.adapters.memory.lineup import InMemoryLineup
from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.adapters.memory.requests import InMemoryRequestLog
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.adapters.memory.threads import InMemoryHistory, InMemoryThreads
from cse_chat.domain.model.attempts import AttemptPolicy
from cse_chat.domain.ports.agent import Agent
from cse_chat.domain.ports.applied import AppliedMarks, ResponseReader
from cse_chat.domain.ports.audit import AuditLog
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog, EventRecorder
from cse_chat.domain.ports.feedback import FeedbackBox
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.lineup import Lineup
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.requests import DeadLetters, RequestLog, RequestSource
from cse_chat.domain.ports.responses import ResponseLog
from cse_chat.domain.ports.threads import History, Threads
from cse_chat.domain.use_cases.abandon_request import AbandonRequest
from cse_chat.domain.use_cases.apply_responses import ApplyResponses
from cse_chat.domain.use_cases.cancel_chat import CancelChat
from cse_chat.domain.use_cases.delete_thread import DeleteThread
from cse_chat.domain.use_cases.finish_tail import FinishTail
from cse_chat.domain.use_cases.follow import FollowRequest, FollowThread
from cse_chat.domain.use_cases.give_feedback import GiveFeedback
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from cse_chat.domain.use_cases.narrate import Narrate
from cse_chat.domain.use_cases.process_request import ProcessRequest
from cse_chat.domain.use_cases.read_answer import ReadAnswer
from cse_chat.domain.use_cases.read_history import ReadHistory
from cse_chat.domain.use_cases.read_thread import ReadThread
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.domain.use_cases.rename_thread import RenameThread
from cse_chat.domain.use_cases.run_agent import RunAgent
from cse_chat.domain.use_cases.send_chat import SendChat
from cse_chat.domain.use_cases.sweep_replies import SweepReplies
from cse_chat.domain.use_cases.take_place import TakePlace
from cse_chat.entrypoints import clock, durable
from cse_chat.entrypoints.agents import make_agent
from cse_chat.entrypoints.gateway import GatewayService
from cse_chat.entrypoints.metrics.asking import AskedTally, CountedAsking, CountedRequestLog
from cse_chat.entrypoints.metrics.exposition import Metrics
from cse_chat.entrypoints.metrics.loop_lag import LoopLag
from cse_chat.entrypoints.metrics.processing import ProcessingTimes
from cse_chat.entrypoints.metrics.streams import StreamTally
from cse_chat.entrypoints.readiness import Readiness
from cse_chat.entrypoints.settings import Settings
from cse_chat.entrypoints.sockets import SocketLimits, Sockets
from cse_chat.entrypoints.worker.embedded import EmbeddedService
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from cse_chat.entrypoints.worker.lanes import Lanes
from cse_chat.entrypoints.worker.reply_addresses import ReplyAddresses
from cse_chat.entrypoints.worker.service import WorkerService
from cse_chat.entrypoints.worker.stopping import StopCancelled


async def _pause(duration: timedelta) -> None:
    await asyncio.sleep(duration.total_seconds())


def _agent_name(settings: Settings) -> str:
    # A function, because `settings.provided.agent.name` is the getter's own name: "agent".
    return settings.agent.name


def _chosen_agent(settings: Settings) -> Agent:
    # Agents of others are called without arguments; ours are given their part of the settings.
    arguments: dict[str, tuple[object, ...]] = {
        "analyst": (settings.data_dir,),
        "echo": (settings.agent.echo_delay,),
    }
    return make_agent(settings.agent.name, *arguments.get(settings.agent.name, ()))


class _Details:
    """What the health routes tell beside the state."""

    def __init__(self, *, settings: Settings, log: InMemoryRequestLog, agent: str) -> None:
        self._settings = settings
        self._log = log
        self._agent = agent

    def __call__(self) -> dict[str, object]:
        """Return it as it is now."""
        requests: dict[str, object] = {"transport": self._settings.requests.transport}
        if self._settings.requests.transport == "memory":
            requests["unfinished"] = len(self._log)
        return {
            "agent": self._agent,
            "requests": requests,
            "replies": {"transport": self._settings.replies.transport},
        }


class Container(containers.DeclarativeContainer):
    """Built by an entrypoint, opened by `lifetimes.opened`."""

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
    _asked_by = settings.provided.requests.transport
    _answered_by = settings.provided.replies.transport

    redis = providers.Singleton(durable.redis_connection, settings)
    server_clock = providers.Singleton(durable.server_clock, redis)
    now: providers.Provider[Callable[[], datetime]] = providers.Selector(
        _answered_by, memory=providers.Singleton(clock.SteadyClock), redis=server_clock
    )

    producer = providers.Singleton(durable.producer, settings)
    memory_dead_letters = providers.Singleton(InMemoryDeadLetters)
    dead_letters: providers.Provider[DeadLetters] = providers.Selector(
        _asked_by,
        memory=memory_dead_letters,
        kafka=providers.Singleton(durable.dead_letters, producer, settings),
    )
    memory_responses = providers.Singleton(InMemoryResponseLog)
    responses: providers.Provider[ResponseLog] = providers.Selector(
        _asked_by,
        memory=memory_responses,
        kafka=providers.Singleton(durable.response_log, producer),
    )
    response_reader: providers.Provider[ResponseReader] = providers.Selector(
        _asked_by,
        memory=memory_responses,
        kafka=providers.Singleton(durable.response_reader, settings),
    )
    memory_audit = providers.Singleton(InMemoryAuditLog)
    audit: providers.Provider[AuditLog] = providers.Selector(
        _asked_by,
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
        _asked_by,
        memory=memory_log,
        kafka=providers.Singleton(durable.request_log, producer, settings, gateway_id),
    )
    kafka_source = providers.Singleton(durable.request_source, settings, dead_letters, now)
    source: providers.Provider[RequestSource] = providers.Selector(
        _asked_by, memory=memory_log, kafka=kafka_source
    )

    memory_replies = providers.Singleton(InMemoryReplyBus, monotonic=monotonic)
    memory_threads = providers.Singleton(InMemoryThreads, monotonic=monotonic)
    redis_threads = providers.Singleton(durable.threads, redis)
    threads: providers.Provider[Threads] = providers.Selector(
        _answered_by, memory=memory_threads, redis=redis_threads
    )
    new_thread_id = providers.Selector(
        _answered_by,
        memory=providers.Object(clock.new_thread_id),
        redis=redis_threads.provided.making.call(clock.new_thread_id),
    )
    memory_history = providers.Singleton(
        InMemoryHistory, monotonic=monotonic, now=now, ttl=settings.provided.redis.history_ttl
    )
    history: providers.Provider[History] = providers.Selector(
        _answered_by,
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
        _answered_by, memory=memory_replies, redis=redis_replies
    )
    ledger: providers.Provider[Ledger] = providers.Selector(
        _answered_by, memory=memory_ledger, redis=redis_ledger
    )
    claims: providers.Provider[Claims] = providers.Selector(
        _answered_by, memory=memory_ledger, redis=redis_ledger
    )

    lineup: providers.Provider[Lineup] = providers.Selector(
        _answered_by,
        memory=providers.Singleton(
            InMemoryLineup, ledger=memory_ledger, threads=memory_threads, monotonic=monotonic
        ),
        redis=providers.Singleton(durable.lineup, redis, settings),
    )
    redis_cancellations = providers.Singleton(durable.cancellations, redis, worker_id)
    cancellations: providers.Provider[Cancellations] = providers.Selector(
        _answered_by, memory=memory_ledger.provided.cancellations, redis=redis_cancellations
    )
    worker_heartbeat = providers.Singleton(durable.heartbeat, redis, worker_id, server_clock)

    recorder: providers.Provider[EventRecorder] = providers.Selector(
        _answered_by, memory=memory_ledger, redis=redis_ledger
    )
    redis_events = providers.Singleton(durable.event_log, redis, gateway_id, redis_threads)
    events: providers.Provider[EventLog] = providers.Selector(
        _answered_by, memory=memory_events, redis=redis_events
    )

    conversations: providers.Provider[Conversations] = providers.Selector(
        _answered_by,
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
        _answered_by,
        memory=memory_ledger,
        redis=providers.Singleton(durable.feedback, redis),
    )

    applied_marks: providers.Provider[AppliedMarks] = providers.Selector(
        _answered_by,
        memory=memory_ledger.provided.marks,
        redis=providers.Singleton(durable.applied_marks, redis, settings),
    )

    # Who answers.
    agent_name = providers.Callable(_agent_name, settings)
    chosen_agent: providers.Provider[Agent] = providers.Singleton(_chosen_agent, settings)
    agent: providers.Provider[Agent] = providers.Singleton(GuardedAgent, chosen_agent)

    # What happens to a question.
    record_history = providers.Singleton(RecordHistory, ledger=ledger)
    cancel_chat = providers.Singleton(
        CancelChat, ledger=ledger, record_history=record_history, now=now
    )
    asked = providers.Singleton(AskedTally)
    send_chat = providers.Singleton(
        SendChat,
        threads=threads,
        requests=providers.Singleton(CountedRequestLog, requests, asked),
        replies=replies,
        ledger=ledger,
        record_history=record_history,
        take_place=providers.Singleton(
            TakePlace, ledger=ledger, lineup=lineup, cancel_chat=cancel_chat
        ),
        new_id=new_correlation_id,
        now=now,
        deadline=settings.provided.agent.deadline,
    )
    counted_asking = providers.Singleton(CountedAsking, send_chat, asked)
    read_answer = providers.Singleton(
        ReadAnswer, ledger=ledger, replies=replies, record_history=record_history, now=now
    )
    follow_thread = providers.Singleton(FollowThread, threads=threads, events=events)
    follow_request = providers.Singleton(FollowRequest, read_answer=read_answer, events=events)
    streams = providers.Singleton(StreamTally)
    read_history = providers.Singleton(ReadHistory, threads=threads, history=history)
    read_thread = providers.Singleton(ReadThread, conversations=conversations)
    rename_thread = providers.Singleton(RenameThread, conversations=conversations)
    delete_thread = providers.Singleton(
        DeleteThread,
        threads=threads,
        conversations=conversations,
        ledger=ledger,
        record_history=record_history,
        audit=audit,
        new_id=new_audit_id,
        now=now,
    )
    give_feedback = providers.Singleton(
        GiveFeedback, feedback=feedback, audit=audit, new_id=new_audit_id, now=now
    )
    sweep_replies = providers.Singleton(SweepReplies, ledger=ledger, replies=replies)
    keep_claims = providers.Singleton(KeepClaims, claims=claims)
    abandon_request = providers.Singleton(AbandonRequest, record_history=record_history, now=now)
    lanes = providers.Singleton(Lanes)
    apply_responses = providers.Singleton(
        ApplyResponses,
        marks=applied_marks,
        responses=response_reader,
        ledger=ledger,
        record_history=record_history,
        window=lanes,
        assigned=source.provided.assigned,
        now=now,
    )
    slots = providers.Singleton(asyncio.Semaphore, settings.provided.worker.concurrency)
    process_request = providers.Singleton(
        ProcessRequest,
        claims=claims,
        replies=replies,
        apply_responses=apply_responses,
        keep_claims=keep_claims,
        narrate=providers.Singleton(Narrate, recorder=recorder),
        run_agent=providers.Singleton(RunAgent, agent=agent, monotonic=monotonic),
        record_history=record_history,
        finish_tail=providers.Singleton(
            FinishTail,
            ledger=ledger,
            dead_letters=dead_letters,
            responses=responses,
            record_history=record_history,
            now=now,
        ),
        policy=providers.Singleton(AttemptPolicy, limit=settings.provided.agent.attempts),
        slots=slots,
        now=now,
        pause=pause,
        chance=chance,
    )

    # What runs, and what is exported of it.
    metrics = providers.Singleton(Metrics)
    loop_lag = providers.Singleton(LoopLag)
    processing_times = providers.Singleton(ProcessingTimes)
    engine = providers.Singleton(
        WorkerEngine,
        source=source,
        lanes=lanes,
        process=providers.Singleton(
            ProcessingTimes.around,
            processing_times,
            providers.Selector(
                _answered_by,
                memory=process_request,
                redis=providers.Singleton(ReplyAddresses.around, reply_addresses, process_request),
            ),
        ),
        abandon=abandon_request,
        window_records=settings.provided.worker.window_records,
        window_bytes=settings.provided.worker.window_bytes,
        pause=pause,
    )
    readiness = providers.Singleton(
        Readiness,
        details=providers.Factory(_Details, settings=settings, log=memory_log, agent=agent_name),
    )
    sockets = providers.Singleton(Sockets)
    socket_limits = providers.Singleton(SocketLimits)
    gateway = providers.Singleton(
        GatewayService,
        sweep_replies=sweep_replies,
        listeners=replies,
        followers=events.provided.followers,
        sockets=sockets,
        readiness=readiness,
    )
    worker = providers.Singleton(
        WorkerService,
        engine=engine,
        keep_claims=keep_claims,
        apply_responses=apply_responses,
        stop_cancelled=providers.Singleton(
            StopCancelled, cancellations=cancellations, keep_claims=keep_claims
        ),
        readiness=readiness,
    )
    embedded_worker = providers.Selector(
        settings.provided.requests.transport,
        memory=providers.Singleton(
            EmbeddedService, log=memory_log, worker=worker, abandon=abandon_request
        ),
        kafka=worker,
    )
