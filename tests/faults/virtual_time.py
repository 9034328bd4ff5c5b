"""An event loop whose time passes as soon as nothing is left to do: hours in milliseconds."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from typing_extensions import override

Result = TypeVar("Result")

AT_MOST = 3_600.0
"""Seconds of virtual time; whatever takes longer hangs."""


class NothingWillHappenError(RuntimeError):
    """Everything waits, and no timer is left that could wake anybody."""


class _SkippingSelector(selectors.SelectSelector):
    """Instead of sleeping until the next timer is due, says that it has been slept."""

    elapsed = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise NothingWillHappenError
            self.elapsed += max(0.0, timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Runs everything in the order of its timers, without waiting for any of them.

    Time stands still while anything can run: a callback never sees it move.
    """

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    @override
    def time(self) -> float:
        return self._skipping.elapsed


def run_virtual(scene: Coroutine[Any, Any, Result]) -> Result:
    """Return what *scene* returns, played in virtual time; it may leave no task running."""

    async def bounded() -> Result:
        async with asyncio.timeout(AT_MOST):
            result = await scene
        await quiet()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"left running: {left}"
        return result

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(bounded())


async def quiet() -> None:
    """Return once nothing can run any more before time passes."""
    await asyncio.sleep(1e-6)
