"""The object graph: every provider is synchronous and opens nothing."""

import asyncio
import random
from datetime import timedelta

from dependency_injector import containers, providers

from cse_chat.adapters.memory.dead_letters import InMemoryDeadLetters
from cse_chat.adapters.memory.ledger import InMemoryLedger
from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.adapters.memory.requests import InMemoryRequestLog
from cse_chat.adapters.memory.responses import InMemoryResponseLog
from cse_chat.adapters.memory.threads import InMemoryHistory, InMemoryThreads
from cse_chat.domain.model.attempts import AttemptPolicy
from cse_chat.domain.ports.agent import Agent
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.requests import DeadLetters, RequestLog, RequestSource
from cse_chat.domain.ports.responses import ResponseLog
from cse_chat.domain.ports.threads import History, Threads
from cse_chat.domain.use_cases.abandon_request import AbandonRequest
from cse_chat.domain.use_cases.finish_tail import FinishTail
from cse_chat.domain.use_cases.keep_claims import KeepClaims
from cse_chat.domain.use_cases.process_request import ProcessRequest
from cse_chat.domain.use_cases.read_answer import ReadAnswer
from cse_chat.domain.use_cases.read_history import ReadHistory
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.domain.use_cases.run_agent import RunAgent
from cse_chat.domain.use_cases.send_chat import SendChat
from cse_chat.domain.use_cases.sweep_replies import SweepReplies
from cse_chat.entrypoints import clock
from cse_chat.entrypoints.agents import make_agent
from cse_chat.entrypoints.readiness import Readiness
from cse_chat.entrypoints.settings import Settings
from cse_chat.entrypoints.worker.embedded import EmbeddedService
from cse_chat.entrypoints.worker.engine import WorkerEngine
from cse_chat.entrypoints.worker.guarded_agent import GuardedAgent


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

    def __init__(self, *, log: InMemoryRequestLog, agent: str) -> None:
        self._log = log
        self._agent = agent

    def __call__(self) -> dict[str, object]:
        """Return it as it is now."""
        return {
            "agent": self._agent,
            "requests": {"transport": "memory", "unfinished": len(self._log)},
            "replies": {"transport": "memory"},
        }


class Container(containers.DeclarativeContainer):
    """Built by an entrypoint, opened by `lifetimes.opened`."""

    settings = providers.Dependency(instance_of=Settings)

    now = providers.Singleton(clock.SteadyClock)
    monotonic = providers.Object(clock.steady_seconds)
    pause = providers.Object(_pause)
    chance = providers.Object(random.random)
    new_correlation_id = providers.Object(clock.new_correlation_id)
    new_thread_id = providers.Object(clock.new_thread_id)

    # In memory: one process, no servers. A port with a choice of transports is a `Selector`; that
    # each choice fits its port is checked where the contract suites are bound.
    dead_letters: providers.Provider[DeadLetters] = providers.Singleton(InMemoryDeadLetters)
    responses: providers.Provider[ResponseLog] = providers.Singleton(InMemoryResponseLog)
    memory_log = providers.Singleton(
        InMemoryRequestLog,
        dead_letters=dead_letters,
        now=now,
        default_deadline=settings.provided.agent.deadline,
        capacity=settings.provided.worker.window_records,
        capacity_bytes=settings.provided.worker.window_bytes,
    )
    requests: providers.Provider[RequestLog] = providers.Selector(
        settings.provided.requests.transport, memory=memory_log
    )
    source: providers.Provider[RequestSource] = providers.Selector(
        settings.provided.requests.transport, memory=memory_log
    )
    memory_replies = providers.Singleton(InMemoryReplyBus, monotonic=monotonic)
    replies: providers.Provider[ReplyBus] = providers.Selector(
        settings.provided.replies.transport, memory=memory_replies
    )
    memory_threads = providers.Singleton(InMemoryThreads, monotonic=monotonic)
    threads: providers.Provider[Threads] = providers.Selector(
        settings.provided.replies.transport, memory=memory_threads
    )
    memory_history = providers.Singleton(
        InMemoryHistory, monotonic=monotonic, ttl=settings.provided.redis.history_ttl
    )
    history: providers.Provider[History] = providers.Selector(
        settings.provided.replies.transport, memory=memory_history
    )
    memory_ledger = providers.Singleton(
        InMemoryLedger,
        threads=memory_threads,
        history=memory_history,
        replies=memory_replies,
        monotonic=monotonic,
        new_token=providers.Object(clock.new_claim_token),
        lease=settings.provided.worker.lease,
        ttl=settings.provided.redis.answer_ttl,
    )
    ledger: providers.Provider[Ledger] = providers.Selector(
        settings.provided.replies.transport, memory=memory_ledger
    )
    claims: providers.Provider[Claims] = providers.Selector(
        settings.provided.replies.transport, memory=memory_ledger
    )

    # Who answers.
    agent_name = providers.Callable(_agent_name, settings)
    chosen_agent: providers.Provider[Agent] = providers.Singleton(_chosen_agent, settings)
    agent: providers.Provider[Agent] = providers.Singleton(GuardedAgent, chosen_agent)

    # What happens to a question.
    record_history = providers.Singleton(RecordHistory, ledger=ledger)
    send_chat = providers.Singleton(
        SendChat,
        threads=threads,
        requests=requests,
        replies=replies,
        ledger=ledger,
        record_history=record_history,
        new_id=new_correlation_id,
        now=now,
        deadline=settings.provided.agent.deadline,
    )
    read_answer = providers.Singleton(
        ReadAnswer, ledger=ledger, replies=replies, record_history=record_history, now=now
    )
    read_history = providers.Singleton(ReadHistory, threads=threads, history=history)
    sweep_replies = providers.Singleton(SweepReplies, ledger=ledger, replies=replies)
    keep_claims = providers.Singleton(KeepClaims, claims=claims)
    abandon_request = providers.Singleton(AbandonRequest, record_history=record_history, now=now)
    process_request = providers.Singleton(
        ProcessRequest,
        claims=claims,
        replies=replies,
        keep_claims=keep_claims,
        run_agent=providers.Singleton(RunAgent, agent=agent, history=history, monotonic=monotonic),
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
        slots=providers.Singleton(asyncio.Semaphore, settings.provided.worker.concurrency),
        now=now,
        pause=pause,
        chance=chance,
    )

    # What runs.
    engine = providers.Singleton(
        WorkerEngine,
        source=source,
        process=process_request,
        abandon=abandon_request,
        window_records=settings.provided.worker.window_records,
        window_bytes=settings.provided.worker.window_bytes,
        pause=pause,
    )
    readiness = providers.Singleton(
        Readiness,
        details=providers.Factory(_Details, log=memory_log, agent=agent_name),
    )
    service = providers.Singleton(
        EmbeddedService,
        log=memory_log,
        engine=engine,
        keep_claims=keep_claims,
        sweep_replies=sweep_replies,
        abandon=abandon_request,
        readiness=readiness,
    )
    embedded = providers.List(agent, service)  # opened left to right
