"""Saying what is wrong with the Redis server, once it can be asked, and why it cannot be."""

# ruff: noqa: PLC0415 -- as in `durable`: importing the client takes a while

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

import structlog

from cse_chat.domain.errors import TransportError
from cse_chat.entrypoints.readiness import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cse_chat.adapters.redis.connection import RedisConnection
    from cse_chat.adapters.redis.inspection import Finding

_log = structlog.get_logger(__name__)

_AGAIN: Final = timedelta(seconds=2)
_REGULARLY: Final = timedelta(seconds=15)
SETTING: Final = "CSE_CHAT__REDIS__URL"


class RedisCheck:
    """Looks at the server when this is entered, at each other server, and from time to time.

    It keeps nothing from starting: a server that is unfit today may be set right while we run.
    """

    def __init__(
        self,
        connection: RedisConnection,
        *,
        every: timedelta = _AGAIN,
        regularly: timedelta = _REGULARLY,
    ) -> None:
        """Store the arguments.

        Args:
            connection: Opened before this.
            every: How often it is looked at while it is away.
            regularly: How often while it is there: what is set by hand, and how full it is.
        """
        self._every = every.total_seconds()
        self._regularly = regularly.total_seconds()
        self._connection = connection
        self._looking: asyncio.Task[None] | None = None
        self._due = asyncio.Event()
        self._found: tuple[Trouble, ...] = ()

    def __call__(self) -> Sequence[Trouble]:
        """Return what was found last."""
        return self._found

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

        loop = asyncio.get_running_loop()
        looked_at = loop.time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(self._every, self._regularly)):
                    await self._due.wait()
            is_due = self._due.is_set() or loop.time() >= looked_at + self._regularly
            if not (is_due or self._connection.is_failing):
                continue
            looked_at = loop.time()
            self._due.clear()  # before looking: another server may be met meanwhile
            try:
                report = await inspect(self._connection, now=lambda: datetime.now(UTC))
            except TransportError as error:
                self._tell([explained(error)])
                self._due.set()
                await asyncio.sleep(self._every)
            except Exception:  # noqa: BLE001 -- a server that says strange things of itself
                _log.exception("redis_check_failed")
            else:
                self._tell(report.findings)

    def _tell(self, findings: Sequence[Finding]) -> None:
        """Log what was not found the time before; the same again and again says nothing new."""
        before = self._found
        self._found = tuple(
            Trouble(reason=found.slug, remedy=found.detail, setting=SETTING) for found in findings
        )
        known = {trouble.reason for trouble in before}
        for trouble in self._found:
            if trouble.reason not in known:
                _log.warning(
                    "redis_unfit",
                    reason=trouble.reason,
                    remedy=trouble.remedy,
                    setting=trouble.setting,
                )
        if before and not self._found:
            _log.info("redis_fit", setting=SETTING)
