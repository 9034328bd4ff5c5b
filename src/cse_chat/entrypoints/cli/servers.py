"""Looking at the servers that gateways and workers need."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from cse_chat.adapters.kafka.diagnosis import explained as why_not
from cse_chat.adapters.kafka.topics import describe, topics
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.inspection import ServerReport, explained, inspect
from cse_chat.domain.errors import TransportError
from cse_chat.entrypoints.cli.findings import Finding, State
from cse_chat.entrypoints.cli.topics import finding_of
from cse_chat.entrypoints.environment import presentable
from cse_chat.entrypoints.settings import Settings


def redis_findings(settings: Settings, *, needed: bool) -> Iterator[Finding]:
    """Look at the Redis server.

    Args:
        settings: Say where it is.
        needed: Whether it is a failure when it is not there.
    """
    where = presentable("URL", settings.redis.url)
    try:
        report = asyncio.run(_report_of(settings.redis.url))
    except TransportError as error:
        why = explained(error)
        yield Finding(
            subject="redis",
            state=State.FAIL if needed else State.OK,
            says=f"{where}: {why.slug}" if needed else f"none at {where}; `run` needs none",
            remedy=f"{why.detail} (CSE_CHAT__REDIS__URL)" if needed else "",
        )
        return
    for found in report.findings:
        yield Finding(
            subject="redis",
            state=State.FAIL if found.is_fatal and needed else State.WARN,
            says=f"{where}: {found.slug}",
            remedy=found.detail,
        )
    if not any(found.is_fatal for found in report.findings):
        says = f"Redis {report.version} at {where} can be used"
        yield Finding(subject="redis", state=State.OK, says=says)


def kafka_findings(settings: Settings, *, needed: bool) -> Iterator[Finding]:
    """Look at Kafka and the topics in it; the arguments are those of `redis_findings`."""
    kafka = settings.kafka
    wanted = topics(partitions=kafka.partitions, replication=kafka.replication)
    try:
        drifts = asyncio.run(describe(kafka.bootstrap_servers, wanted))
    except TransportError as error:
        where = kafka.bootstrap_servers
        if not needed:
            yield Finding(
                subject="kafka", state=State.OK, says=f"none at {where}; `run` needs none"
            )
            return
        why = asyncio.run(why_not(error, where))
        yield Finding(
            subject="kafka",
            state=State.FAIL,
            says=f"{where}: {why.slug}",
            remedy=f"{why.detail} (CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS)",
        )
        return
    if all(drift.is_well for drift in drifts):
        says = f"{kafka.bootstrap_servers} has all {len(drifts)} topics"
        yield Finding(subject="kafka", state=State.OK, says=says)
        return
    for found in (finding_of(drift) for drift in drifts if not drift.is_well):
        state = found.state if needed else State.WARN
        yield replace(found, subject="kafka", state=state, says=f"{found.subject}: {found.says}")


async def _report_of(url: str) -> ServerReport:
    async with RedisConnection(url) as connection:
        return await inspect(connection, now=lambda: datetime.now(UTC))
