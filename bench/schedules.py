"""Questions that are due at a constant rate, whatever comes of them."""

import asyncio
import time
from collections import deque
from typing import Final

from bench.clients import Client, Tally

_TICK_SECONDS: Final = 0.001


class Schedule:
    """Gives each question that is due to a client that is free.

    Latencies count from when a question was due: one that waits for a client, or for this process,
    is late by that too. Else a server that stalls would be asked less while it does, and seem
    quick (coordinated omission). Up to a millisecond of each latency is the tick.
    """

    def __init__(self, rate: float, tally: Tally) -> None:
        """Store the arguments.

        Args:
            rate: Questions a second.
            tally: Is told what was never asked.
        """
        self._rate = rate
        self._tally = tally
        self._free: list[Client] = []
        self._due: deque[float] = deque()

    def free(self, client: Client) -> None:
        """Take a client that waits for no answer."""
        if not client.connected:
            return
        if self._due:
            client.ask(self._due.popleft())
        else:
            self._free.append(client)

    async def keep(self, seconds: float) -> None:
        """Have questions asked for so long."""
        began, given, passed = time.perf_counter(), 0, 0.0
        while passed < seconds:
            await asyncio.sleep(_TICK_SECONDS)
            passed = min(
                time.perf_counter() - began, seconds
            )  # what is due at the end is asked, too
            due = int(passed * self._rate)
            for number in range(given, due):
                self._put(began + number / self._rate)
            given = due

    async def end(self, patience: float) -> None:
        """Wait for answers to all that was due, so many seconds; what is not even asked is an error."""
        end = time.perf_counter() + patience
        while (self._due or not self._tally.quiet.is_set()) and time.perf_counter() < end:
            if self._tally.ended.is_set():  # every connection was lost
                break
            await asyncio.sleep(_TICK_SECONDS)
        self._tally.ended.set()
        for _ in self._due:
            self._tally.failed("no free client")
        self._due.clear()

    def _put(self, due: float) -> None:
        while self._free:
            client = self._free.pop()
            if client.connected:
                client.ask(due)
                return
        self._due.append(due)
