"""Saying why Kafka cannot be used, for as long as that is so."""

# ruff: noqa: PLC0415 -- as in `durable`: importing the client takes a while

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

import structlog

from cse_chat.entrypoints.readiness import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_log = structlog.get_logger(__name__)

_AGAIN: Final = timedelta(seconds=2)
SETTING: Final = "CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS"


class KafkaCheck:
    """Looks at the servers, while this is entered, as long as they cannot be used."""

    def __init__(
        self, bootstrap_servers: str, *, is_well: Callable[[], bool], every: timedelta = _AGAIN
    ) -> None:
        """Store the arguments.

        Args:
            bootstrap_servers: ``host:port`` to begin with, several with commas between.
            is_well: Whether they can be used as far as is known, so that nothing is to be looked
                for.
            every: How often.
        """
        self._every = every.total_seconds()
        self._bootstrap_servers = bootstrap_servers
        self._is_well = is_well
        self._looking: asyncio.Task[None] | None = None
        self._found: Trouble | None = None
        self._told: Trouble | None = None  # in the log

    def __call__(self) -> Sequence[Trouble]:
        """Return what was found last."""
        return () if self._found is None or self._is_well() else (self._found,)

    async def __aenter__(self) -> Self:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Look no more."""
        if self._looking:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look(self) -> None:
        while True:
            try:
                self._tell(None if self._is_well() else await self._trouble())
            except Exception:  # noqa: BLE001 -- looking must end neither itself nor the process
                _log.exception("kafka_check_failed")
            await asyncio.sleep(self._every)

    async def _trouble(self) -> Trouble | None:
        from cse_chat.adapters.kafka.diagnosis import finding_of
        from cse_chat.adapters.kafka.names import DEAD_LETTERS, REQUESTS, RESPONSES

        found = await finding_of(self._bootstrap_servers, (REQUESTS, RESPONSES, DEAD_LETTERS))
        if found is None:
            return None
        return Trouble(reason=found.slug, remedy=found.detail, setting=SETTING)

    def _tell(self, found: Trouble | None) -> None:
        self._found = found
        if found and found != self._told:  # the same again and again says nothing new
            _log.warning(
                "kafka_unfit", reason=found.reason, remedy=found.remedy, setting=found.setting
            )
            self._told = found
        elif not found and self._told and self._is_well():
            _log.info("kafka_fit", setting=SETTING)
            self._told = None
