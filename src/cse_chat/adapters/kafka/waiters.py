"""Those who wait for one thing, and go on in the order in which they came."""

import asyncio


class Waiters:
    """Let go together: in the turn of the loop behind that in which they are told.

    Whatever one of them does before it next awaits anything comes before that of those who come when
    the others are told and have not gone on yet: these `follow`.
    """

    def __init__(self) -> None:
        self._told: list[asyncio.Future[None]] = []
        self._count = 0

    @property
    def are_there(self) -> bool:
        """Whether anybody has not gone on yet."""
        return self._count > 0

    async def wait(self, deadline: float) -> None:
        """Return once `tell` is called.

        Raises:
            TimeoutError: It was not until *deadline*, by the loop's clock.
        """
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._told.append(told)
        self._count += 1
        try:
            async with asyncio.timeout_at(deadline):
                await told
        finally:
            self._count -= 1

    async def follow(self) -> None:
        """Return when all who have been told have gone on."""
        self._count += 1
        try:
            await asyncio.sleep(0)
        finally:
            self._count -= 1

    def tell(self) -> None:
        """Let all go on."""
        waiting, self._told = self._told, []
        for told in waiting:
            if not told.done():  # else nobody waits any more
                told.set_result(None)
