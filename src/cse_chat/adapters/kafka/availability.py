"""Why a client of ours is of no use now."""

import asyncio
from typing import Final

import structlog

from cse_chat.domain.errors import TransportError

_log = structlog.get_logger(__name__)

_SETTING: Final = "CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS"


class Availability:
    """Keeps what is wrong, and logs it when it is something else than before.

    Attributes:
        problem: ``None`` while nothing is known to be wrong.
        tried: Set once connecting has succeeded or failed.
    """

    def __init__(self, role: str) -> None:
        """Begin as not connected; *role* says in the log whose it is."""
        self._role = role
        self.problem: TransportError | None = TransportError("Kafka is not connected yet")
        self.tried = asyncio.Event()

    def note_connected(self) -> None:
        """Note that Kafka answers."""
        self.problem = None
        self.tried.set()

    def note_unavailable(self, problem: TransportError) -> None:
        """Note that it does not, and log why."""
        if str(problem) != str(self.problem):
            _log.warning(
                "kafka_unavailable", role=self._role, reason=str(problem), setting=_SETTING
            )
        self.problem = problem
        self.tried.set()
