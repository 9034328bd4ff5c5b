"""A process that can be killed, or frozen, at every call it makes to the world outside of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from cse_chat.domain.errors import TransportError


class KilledError(BaseException):
    """The process is dead: what its code does now, nobody sees.

    No `Exception`, and no `CancelledError`: nothing may handle a SIGKILL.
    """


@dataclass
class Process:
    """What lives and dies together: every call of it goes through `reaching`.

    Attributes:
        kill_at: Number of the step at which it dies; ``None``: it lives. Each call has two: before
            and after it has taken effect.
        steps: The steps it has made, by name, in order.
        refusals: How many of its next calls a store refuses.
        alive: Whether it does.
        meanwhile: What others do before a call of it, told how many steps it has made.
        at_once: What they do before one that waits for nothing.
    """

    kill_at: int | None = None
    steps: list[str] = field(default_factory=list)
    refusals: int = 0
    alive: bool = True
    last_words: Callable[[], None] = lambda: None
    meanwhile: Callable[[int], Awaitable[None]] | None = None
    at_once: Callable[[int], None] | None = None

    def __post_init__(self) -> None:
        """Be awake."""
        self._awake = asyncio.Event()
        self._awake.set()
        self._later: set[asyncio.Task[None]] = set()

    def freeze(self) -> None:
        """Let no further call out, until `thaw`; like SIGSTOP, nobody is told."""
        self._awake.clear()

    def thaw(self) -> None:
        """Go on, as if nothing had been: like SIGCONT."""
        self._awake.set()

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return not self._awake.is_set()

    async def pass_through(self) -> None:
        """Return at once, or when it is awake again."""
        await self._awake.wait()

    def later(self, call: Callable[[], object]) -> None:
        """Make *call* when it is awake again; not at all if it is dead by then."""

        async def waiting() -> None:
            await self.pass_through()
            with suppress(KilledError):
                call()

        task = asyncio.create_task(waiting())
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def reaching(self, port: object) -> Any:  # noqa: ANN401 -- it is whatever the port is
        """Return *port* as this process reaches it."""
        return _Reached(port, self)

    def step(self, name: str) -> None:
        """Note a step, or die at it.

        Raises:
            KilledError: It is dead, from now on or already.
        """
        if self.alive and len(self.steps) == self.kill_at:
            self.kill()
        if not self.alive:
            raise KilledError(name)
        self.steps.append(name)

    def refuse(self, name: str) -> None:
        """Let a store refuse the call, if one is due.

        Raises:
            TransportError: One is.
        """
        if self.refusals:
            self.refusals -= 1
            raise TransportError(name)

    def kill(self) -> None:
        """Die: nothing it does has any effect any more."""
        self.alive = False
        self.thaw()  # so that its code can come apart; none of it reaches anybody
        self.last_words()


class _Reached:
    """A port whose every call may be the last, or refused.

    A call that waits for nothing is one, too: refused, nobody is told; and who stands still makes it
    when it goes on.
    """

    def __init__(self, port: object, process: Process) -> None:
        self._port = port
        self._process = process
        self._calls: Mapping[str, str] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- as `Process.reaching`
        call = getattr(self._port, name)
        title = f"{type(self._port).__name__}.{name}"
        if not iscoroutinefunction(call):
            return partial(self._at_once, call, title)

        async def through(*given: object, **named: object) -> object:
            process = self._process
            await process.pass_through()
            if process.meanwhile:
                await process.meanwhile(len(process.steps))
            process.step(f"before {title}")
            process.refuse(title)
            result = await call(*given, **named)
            await process.pass_through()
            process.step(f"after {title}")
            return result

        return through

    def _at_once(self, call: Callable[..., object], title: str, *given: object) -> object:
        if self._process.frozen:
            self._process.later(partial(self._now, call, title, *given))
            return None
        return self._now(call, title, *given)

    def _now(self, call: Callable[..., object], title: str, *given: object) -> object:
        process = self._process
        if process.at_once:
            process.at_once(len(process.steps))
        process.step(f"before {title}")
        try:
            process.refuse(title)
        except TransportError:
            return None
        result = call(*given)
        process.step(f"after {title}")
        return result
