"""How soon a worker asks for what comes next."""

import asyncio
from contextlib import suppress
from typing import Final

# What was read goes first, and where there is much more of it comes together.
_MOMENT: Final = 0.001  # seconds
_WHILE: Final = 0.01
_IN_A_ROW: Final = 16


class Pace:
    """Lets a worker read seldom while it has the answers to all that is delivered.

    Then nobody waits for a delivery, and to ask for each one alone takes the worker and the broker
    longer than all that is done with it. One that it has no answer to ends that at once.
    """

    def __init__(self) -> None:
        self._in_a_row = 0
        self._is_awaited = asyncio.Event()

    def note(self, *, was_answered: bool) -> None:
        """Take into account whether there was an answer to a request when it was delivered."""
        if was_answered:
            self._in_a_row += 1
        else:
            self.hurry()

    def hurry(self) -> None:
        """Begin the row anew, and end a pause that has begun: somebody waits for what comes."""
        self._in_a_row = 0
        self._is_awaited.set()

    async def pause(self) -> None:
        """Return when it is time to ask."""
        if self._in_a_row < _IN_A_ROW:
            await asyncio.sleep(_MOMENT)
            return
        self._is_awaited.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(_WHILE):
                await self._is_awaited.wait()
