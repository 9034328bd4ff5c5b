"""How soon a worker asks for what comes next."""

import asyncio
from contextlib import suppress
from typing import Final

_MOMENT: Final = (
    0.001  # seconds: what was read goes first, and where there is much more comes together
)
_WHILE: Final = 0.01
_IN_A_ROW: Final = 16


class Pace:
    """Lets a worker read seldom while it has answered everything before it was delivered.

    Then nobody waits for what it reads, and to ask for each one alone takes it and the broker longer
    than all that is done with it. Something that was not answered ends that at once.
    """

    def __init__(self) -> None:
        self._in_a_row = 0
        self._is_awaited = asyncio.Event()

    def note(self, *, was_answered: bool) -> None:
        """Take into account whether what is delivered now was answered before."""
        if was_answered:
            self._in_a_row += 1
        else:
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
