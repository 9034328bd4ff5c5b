"""Saying what is wrong with the Redis server, once it can be asked, and why it cannot be."""

# ruff: noqa: PLC0415 -- as in `durable`: importing the client takes a while

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

import structlog

from cse_chat.domain.errors import TransportError

if TYPE_CHECKING:
    from cse_chat.adapters.redis.connection import RedisConnection
    from cse_chat.adapters.redis.inspection import Finding

_log = structlog.get_logger(__name__)

_AGAIN_SECONDS: Final = 2.0
SETTING: Final = "CSE_CHAT__REDIS__URL"


class RedisCheck:
    """Looks at the server when this is entered, and again at each other server; logs what it finds.

    It keeps nothing from starting: a server that is unfit today may be set right while we run.
    """

    def __init__(self, connection: RedisConnection) -> None:
        """Store the arguments.

        Args:
            connection: Opened before this.
        """
        self._connection = connection
        self._looking: asyncio.Task[None] | None = None
        self._due = asyncio.Event()
        self._told: str | None = None

    async def __aenter__(self) -> Self:
        """Begin to look."""
        self._connection.on_new_server(self._due.set)
        self._due.set()
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Look no more."""
        if self._looking:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look(self) -> None:
        from cse_chat.adapters.redis.inspection import explained, inspect

        while True:
            await self._due.wait()
            self._due.clear()  # before looking: another server may be met meanwhile
            try:
                report = await inspect(self._connection, now=lambda: datetime.now(UTC))
            except TransportError as error:
                self._tell(explained(error))
                self._due.set()
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            self._told = None
            for finding in report.findings:
                self._tell(finding)

    def _tell(self, finding: Finding) -> None:
        if finding.slug != self._told:  # the same again and again says nothing new
            self._told = finding.slug
            _log.warning("redis_unfit", reason=finding.slug, remedy=finding.detail, setting=SETTING)
