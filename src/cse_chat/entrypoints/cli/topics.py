"""``cse-chat topics``: make the topics in Kafka, and compare them with what they should be."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import click

from cse_chat.adapters.kafka.diagnosis import explained
from cse_chat.adapters.kafka.topics import Drift, Topic, create, describe, topics
from cse_chat.domain.errors import TransportError
from cse_chat.entrypoints.cli.configuration import read_settings
from cse_chat.entrypoints.cli.exit_codes import ExitCode, fail
from cse_chat.entrypoints.cli.findings import Finding, State, report
from cse_chat.entrypoints.cli.invocation import program
from cse_chat.entrypoints.cli.printing import print_json
from cse_chat.entrypoints.logging import configure_logging
from cse_chat.entrypoints.settings import Settings

T = TypeVar("T")


def create_topics(*, as_json: bool) -> None:
    """Make what is missing, and print what was made.

    Raises:
        CommandFailedError: Kafka cannot be reached, or refuses.
    """
    settings = read_settings()
    wanted = _wanted(settings)
    made = _asked(settings, create)
    if as_json:
        print_json({"made": made, "there": [t.name for t in wanted if t.name not in made]})
        return
    for topic in wanted:
        click.echo(f"{topic.name}  {'made' if topic.name in made else 'was there'}")


def describe_topics(*, as_json: bool) -> None:
    """Print how each topic is, and how it should be.

    Raises:
        CommandFailedError: One is missing or differs, or Kafka cannot be reached.
    """
    settings = read_settings()
    found = _asked(settings, describe)
    report([finding_of(drift) for drift in found], as_json=as_json)


def finding_of(drift: Drift) -> Finding:
    """Return what is to be said of a topic."""
    topic = drift.topic
    if not drift.exists:
        return Finding(
            subject=topic.name,
            state=State.FAIL,
            says="it is missing",
            remedy=f"make it with `{program()} topics create`",
        )
    if drift.differences:
        return Finding(
            subject=topic.name,
            state=State.WARN,
            says="; ".join(drift.differences),
            remedy="change it with Kafka's own tools, or the settings CSE_CHAT__KAFKA__...",
        )
    says = f"{topic.partitions} partitions, replication {topic.replication}"
    return Finding(subject=topic.name, state=State.OK, says=says)


def _wanted(settings: Settings) -> tuple[Topic, ...]:
    return topics(partitions=settings.kafka.partitions, replication=settings.kafka.replication)


def _asked(settings: Settings, call: Callable[[str, Sequence[Topic]], Coroutine[Any, Any, T]]) -> T:
    configure_logging()
    servers = settings.kafka.bootstrap_servers
    try:
        return asyncio.run(call(servers, _wanted(settings)))
    except TransportError as error:
        why = asyncio.run(explained(error, servers))
        fail(
            ExitCode.UNREACHABLE,
            f"Kafka at {servers}: {why.slug}. {why.detail} (CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS)",
            because=error,
        )
