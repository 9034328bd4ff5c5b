"""The object graph: every provider is synchronous and opens nothing."""

import asyncio
from collections.abc import Callable

from dependency_injector import providers

from cse_chat.adapters.memory.requests import InMemoryRequestLog
from cse_chat.domain.model.attempts import AttemptPolicy
from cse_chat.domain.ports.agent import Agent
from cse_chat.domain.use_cases.abandon_request import AbandonRequest
from cse_chat.domain.use_cases.answer_ahead import AnswerAhead
from cse_chat.domain.use_cases.answer_early import AnswerEarly
from cse_chat.domain.use_cases.apply_responses import ApplyResponses
from cse_chat.domain.use_cases.cancel_chat import CancelChat
from cse_chat.domain.use_cases.delete_thread import DeleteThread
from cse_chat.domain.use_cases.finish_tail import FinishTail
from cse_chat.domain.use_cases.follow_request import FollowRequest
from cse_chat.domain.use_cases.follow_thread import FollowThread
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
from cse_chat.entrypoints.transports import Ports
from cse_chat.entrypoints.worker.ahead import Ahead
from cse_chat.entrypoints.worker.embedded import EmbeddedService
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent
from cse_chat.entrypoints.worker.lanes import Lanes
from cse_chat.entrypoints.worker.reply_addresses import ReplyAddresses
from cse_chat.entrypoints.worker.service import WorkerService
from cse_chat.entrypoints.worker.stopping import StopCancelled


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


def _together(*calls: Callable[[], None]) -> Callable[[], None]:
    def call_all() -> None:
        for call in calls:
            call()

    return call_all


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


class Container(Ports):
    """Built by an entrypoint, opened by `lifetimes.opened`."""

    # Who answers.
    agent_name = providers.Callable(_agent_name, Ports.settings)
    chosen_agent: providers.Provider[Agent] = providers.Singleton(_chosen_agent, Ports.settings)
    agent: providers.Provider[Agent] = providers.Singleton(GuardedAgent, chosen_agent)

    # What happens to a question.
    record_history = providers.Singleton(RecordHistory, ledger=Ports.ledger)
    cancel_chat = providers.Singleton(
        CancelChat, ledger=Ports.ledger, record_history=record_history, now=Ports.now
    )
    asked = providers.Singleton(AskedTally)
    send_chat = providers.Singleton(
        SendChat,
        threads=Ports.threads,
        requests=providers.Singleton(CountedRequestLog, Ports.requests, asked),
        hints=Ports.hints,
        offers=Ports.offers,
        replies=Ports.replies,
        ledger=Ports.ledger,
        record_history=record_history,
        take_place=providers.Singleton(
            TakePlace,
            ledger=Ports.ledger,
            lineup=Ports.lineup,
            cancel_chat=cancel_chat,
            now=Ports.now,
        ),
        new_id=Ports.new_correlation_id,
        now=Ports.now,
        deadline=Ports.settings.provided.agent.deadline,
    )
    counted_asking = providers.Singleton(CountedAsking, send_chat, asked)
    read_answer = providers.Singleton(
        ReadAnswer,
        ledger=Ports.ledger,
        replies=Ports.replies,
        record_history=record_history,
        now=Ports.now,
    )
    follow_thread = providers.Singleton(FollowThread, threads=Ports.threads, events=Ports.events)
    follow_request = providers.Singleton(
        FollowRequest, read_answer=read_answer, events=Ports.events
    )
    streams = providers.Singleton(StreamTally)
    read_history = providers.Singleton(ReadHistory, threads=Ports.threads, history=Ports.history)
    read_thread = providers.Singleton(ReadThread, conversations=Ports.conversations)
    rename_thread = providers.Singleton(RenameThread, conversations=Ports.conversations)
    delete_thread = providers.Singleton(
        DeleteThread,
        threads=Ports.threads,
        conversations=Ports.conversations,
        ledger=Ports.ledger,
        record_history=record_history,
        audit=Ports.audit,
        new_id=Ports.new_audit_id,
        now=Ports.now,
    )
    give_feedback = providers.Singleton(
        GiveFeedback,
        feedback=Ports.feedback,
        audit=Ports.audit,
        new_id=Ports.new_audit_id,
        now=Ports.now,
    )
    sweep_replies = providers.Singleton(SweepReplies, ledger=Ports.ledger, replies=Ports.replies)
    keep_claims = providers.Singleton(KeepClaims, claims=Ports.claims)
    abandon_request = providers.Singleton(
        AbandonRequest, record_history=record_history, now=Ports.now
    )
    lanes = providers.Singleton(Lanes)
    apply_responses = providers.Singleton(
        ApplyResponses,
        marks=Ports.applied_marks,
        responses=Ports.response_reader,
        ledger=Ports.ledger,
        record_history=record_history,
        window=lanes,
        assigned=Ports.source.provided.assigned,
        now=Ports.now,
    )
    slots = providers.Singleton(asyncio.Semaphore, Ports.settings.provided.worker.concurrency)
    run_agent = providers.Singleton(RunAgent, agent=agent, monotonic=Ports.monotonic, now=Ports.now)
    answer_early = providers.Singleton(
        AnswerEarly,
        run_agent=run_agent,
        is_allowed=agent.provided.may_answer_early,
        now=Ports.now,
    )
    ahead = providers.Singleton(
        Ahead,
        heard=Ports.heard_hints,
        answer=providers.Singleton(
            AnswerAhead, answer_early=answer_early, offers=Ports.offers, slots=slots
        ),
        addresses=Ports.reply_addresses,
        pace=Ports.pace,
    )
    process_request = providers.Singleton(
        ProcessRequest,
        claims=Ports.claims,
        replies=Ports.replies,
        apply_responses=apply_responses,
        keep_claims=keep_claims,
        answer_early=answer_early,
        ahead=ahead.provided.answered,
        narrate=providers.Singleton(Narrate, recorder=Ports.recorder),
        run_agent=run_agent,
        record_history=record_history,
        finish_tail=providers.Singleton(
            FinishTail,
            ledger=Ports.ledger,
            dead_letters=Ports.dead_letters,
            responses=Ports.responses,
            record_history=record_history,
            now=Ports.now,
        ),
        policy=providers.Singleton(AttemptPolicy, limit=Ports.settings.provided.agent.attempts),
        slots=slots,
        now=Ports.now,
        pause=Ports.pause,
        chance=Ports.chance,
    )

    # What runs, and what is exported of it.
    metrics = providers.Singleton(Metrics)
    loop_lag = providers.Singleton(LoopLag)
    processing_times = providers.Singleton(ProcessingTimes)
    engine = providers.Singleton(
        WorkerEngine,
        source=Ports.source,
        lanes=lanes,
        process=providers.Singleton(
            ProcessingTimes.around,
            processing_times,
            providers.Selector(
                Ports.answered_by,
                memory=process_request,
                redis=providers.Singleton(
                    ReplyAddresses.around,
                    Ports.reply_addresses,
                    providers.Singleton(Ahead.around, ahead, process_request),
                ),
            ),
        ),
        abandon=abandon_request,
        hurry=providers.Singleton(_together, Ports.responses.provided.hurry, ahead.provided.hurry),
        window_records=Ports.settings.provided.worker.window_records,
        window_bytes=Ports.settings.provided.worker.window_bytes,
        pause=Ports.pause,
    )
    readiness = providers.Singleton(
        Readiness,
        details=providers.Factory(
            _Details, settings=Ports.settings, log=Ports.memory_log, agent=agent_name
        ),
    )
    sockets = providers.Singleton(Sockets)
    socket_limits = providers.Singleton(SocketLimits)
    gateway = providers.Singleton(
        GatewayService,
        sweep_replies=sweep_replies,
        listeners=Ports.replies,
        followers=Ports.events.provided.followers,
        sockets=sockets,
        readiness=readiness,
    )
    worker = providers.Singleton(
        WorkerService,
        engine=engine,
        keep_claims=keep_claims,
        apply_responses=apply_responses,
        ahead=ahead,
        stop_cancelled=providers.Singleton(
            StopCancelled, cancellations=Ports.cancellations, keep_claims=keep_claims
        ),
        readiness=readiness,
    )
    embedded_worker = providers.Selector(
        Ports.asked_by,
        memory=providers.Singleton(
            EmbeddedService, log=Ports.memory_log, worker=worker, abandon=abandon_request
        ),
        kafka=worker,
    )
