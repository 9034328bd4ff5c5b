"""Which metrics each role exports, and where each is read."""

import platform
from collections.abc import Mapping
from importlib.metadata import version

from cse_chat.adapters.kafka.names import DEAD_LETTERS
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.metrics import labels
from cse_chat.entrypoints.metrics.families import gateway, kafka, process, redis, worker

_REASONS = (
    *("agent-failed", "id-conflict", "malformed-record", "not-owner", "processing-failed"),
    "shutting-down",
)


def export_common(container: Container, *, role: str) -> None:
    """Export what every role has, over whichever transports."""
    metrics, readiness, settings = (
        container.metrics(),
        container.readiness(),
        container.settings(),
    )
    running = (
        version("cse-chat"),
        platform.python_version(),
        role,
        settings.agent.name,
        settings.requests.transport,
        settings.replies.transport,
    )
    metrics.exports(process.BUILD_INFO, lambda: {running: 1})
    metrics.exports(process.READY, lambda: int(readiness.ready))
    metrics.exports(
        process.DEPENDENCY_UP,
        lambda: {name: int(is_up) for name, is_up in readiness.dependencies().items()},
    )
    metrics.exports(process.LOOP_LAG, lambda: container.loop_lag().seconds)
    if settings.requests.transport == "kafka":
        _export_producer(container)
    if settings.replies.transport == "redis":
        _export_announcing(container)


def export_asking(container: Container) -> None:
    """Export what happens where questions are asked."""
    metrics, asked, replies = container.metrics(), container.asked(), container.gateway().listeners
    metrics.exports(gateway.ACCEPTED, lambda: asked.accepted)
    metrics.exports(gateway.REQUESTS, lambda: asked.outcomes)
    metrics.exports(gateway.RESPONSE_SECONDS, lambda: asked.response_seconds)
    metrics.exports(gateway.IN_FLIGHT, lambda: asked.in_flight)
    metrics.exports(gateway.ACCEPTING, lambda: asked.accepting)
    metrics.exports(gateway.LISTENED_FOR, lambda: len(replies))
    metrics.exports(gateway.OLDEST_AWAITED, lambda: replies.longest)
    _export_streams(container)
    sockets = container.sockets()
    metrics.exports(gateway.SOCKETS, lambda: len(sockets))
    metrics.exports(gateway.SOCKET_FRAMES, lambda: sockets.frames)
    metrics.exports(gateway.SOCKETS_CLOSED, lambda: sockets.closed)
    if container.settings().replies.transport == "redis":
        _export_hearing(container)


def export_answering(container: Container) -> None:
    """Export what happens where questions are answered."""
    metrics, lanes, slots = container.metrics(), container.lanes(), container.slots()
    answering, letters, now = (
        container.process_request(),
        container.dead_letters(),
        container.now(),
    )
    concurrency = container.settings().worker.concurrency
    over_kafka = container.settings().requests.transport == "kafka"
    topic = DEAD_LETTERS if over_kafka else "memory"

    def oldest() -> float:
        asked_at = lanes.oldest_asked_at
        return max(0.0, (now() - asked_at).total_seconds()) if asked_at else 0.0

    def set_aside() -> Mapping[tuple[str, ...], int]:
        counts = {**dict.fromkeys(_REASONS, 0), **letters.counts}
        return {(topic, reason): count for reason, count in counts.items()}

    metrics.exports(worker.TAKEN, lambda: lanes.taken)
    metrics.exports(worker.DELIVERIES, lambda: lanes.ended)
    metrics.exports(worker.IN_HAND, lambda: lanes.records)
    metrics.exports(worker.OLDEST_IN_HAND, oldest)
    metrics.exports(worker.LANES, lambda: len(lanes))
    metrics.exports(worker.SLOTS, lambda: concurrency)
    metrics.exports(
        worker.SLOTS_USED,
        lambda: concurrency - slots._value,  # noqa: SLF001 -- nothing public says so
    )
    metrics.exports(worker.INCOMPLETE, lambda: answering.counts["incomplete"])
    metrics.exports(worker.PROCESSING_SECONDS, lambda: container.processing_times().seconds)
    metrics.exports(worker.DEAD_LETTERS, set_aside)
    if over_kafka:
        _export_consumer(container)


def _export_streams(container: Container) -> None:
    metrics, streams = container.metrics(), container.streams()
    metrics.exports(gateway.SSE_STREAMS, lambda: streams.open)
    metrics.exports(gateway.STREAM_EVENTS, lambda: streams.told)
    metrics.exports(gateway.STREAM_RESUMES, lambda: streams.resumed)
    metrics.exports(gateway.STREAM_INTERRUPTIONS, lambda: streams.interrupted)


def _export_producer(container: Container) -> None:
    metrics, producer = container.metrics(), container.producer()
    metrics.exports(kafka.SEND_SECONDS, lambda: producer.send_seconds)
    metrics.exports(kafka.SEND_ERRORS, lambda: producer.errors)
    metrics.exports(kafka.PRODUCERS_REPLACED, lambda: producer.replaced)


def _export_consumer(container: Container) -> None:
    metrics, source = container.metrics(), container.kafka_source()
    metrics.exports(
        kafka.LAG,
        lambda: {(p.topic, str(p.partition)): lag.unread for p, lag in source.lags.items()},
    )
    metrics.exports(
        kafka.UNFINISHED,
        lambda: {(p.topic, str(p.partition)): lag.unfinished for p, lag in source.lags.items()},
    )
    metrics.exports(kafka.REBALANCES, lambda: source.rebalances)


def _export_announcing(container: Container) -> None:
    metrics, ledger, replies = (
        container.metrics(),
        container.redis_ledger(),
        container.redis_replies(),
    )
    metrics.exports(redis.PUBLISHED, lambda: ledger.announced + replies.announced)
    metrics.exports(redis.AHEAD, lambda: ledger.offers.met)
    metrics.exports(redis.REGISTRATIONS_PENDING, lambda: len(ledger.registrations))
    metrics.exports(redis.REGISTRATIONS_DROPPED, lambda: ledger.registrations.dropped)


def _export_hearing(container: Container) -> None:
    metrics = container.metrics()
    replies, events = container.redis_replies(), container.redis_events()

    def dropped() -> Mapping[str, int]:
        return {reason: replies.dropped[reason] for reason in redis.REPLIES_DROPPED.known}

    metrics.exports(
        redis.CHANNELS,
        lambda: {labels.REPLIES: replies.channels, labels.EVENTS: events.channels},
    )
    metrics.exports(redis.PUBSUB_SECONDS, lambda: replies.round_trips)
    metrics.exports(
        redis.RECONNECTS,
        lambda: {labels.REPLIES: replies.gaps, labels.EVENTS: events.gaps},
    )
    metrics.exports(redis.LATE, lambda: replies.dropped["unawaited"])
    metrics.exports(redis.REPLIES_DROPPED, dropped)
    metrics.exports(redis.EVENTS_DROPPED, lambda: events.dropped)
