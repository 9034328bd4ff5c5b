"""Keeping libraries from filling the log while a server is away."""

import logging
import time
from collections.abc import Callable
from typing import Final

from typing_extensions import override

_MOST_WORDINGS: Final = 200


class Seldom(logging.Filter):
    """Lets each wording of a library through once in a while; everything of others passes."""

    def __init__(
        self,
        library: str,
        *,
        every_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Store the arguments.

        Args:
            library: Name of its top logger.
            every_seconds: How long a wording is kept back once it was let through.
            monotonic: Seconds from any origin.
        """
        super().__init__()
        self._library = library
        self._every = every_seconds
        self._monotonic = monotonic
        self._last: dict[str, float] = {}

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.split(".", 1)[0] != self._library:
            return True
        wording, now = str(record.msg), self._monotonic()
        last = self._last.get(wording)
        if last is not None and now - last < self._every:
            return False
        if len(self._last) >= _MOST_WORDINGS:
            self._last.clear()
        self._last[wording] = now
        return True
