"""A contestant as two processes: ``python -m bench.contestants.<name> <role> <kafka> <redis> <id>``."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

import uvloop
from litestar.types import ASGIApp

from bench.contestants.face import Ask, create_app, serve

Gateway = Callable[["Place"], AbstractAsyncContextManager[Ask]]
Worker = Callable[["Place", Callable[[], None]], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a contestant works.

    Attributes:
        kafka: The server, as host:port.
        redis: The server's URL.
        name: Begins the names of its topics, groups and channels; nobody else's do so.
    """

    kafka: str
    redis: str
    name: str

    @classmethod
    def of(cls, arguments: list[str]) -> Self:
        """Return what a command line says."""
        kafka, redis, name = arguments
        return cls(kafka=kafka, redis=redis, name=name)

    @property
    def requests(self) -> str:
        """The topic of questions."""
        return f"{self.name}.requests"

    @property
    def responses(self) -> str:
        """The topic of answers."""
        return f"{self.name}.responses"

    @property
    def group(self) -> str:
        """The group of workers."""
        return f"{self.name}.workers"


def play(gateway: Gateway, worker: Worker) -> None:
    """Be the process that the command line names, until SIGTERM.

    Args:
        gateway: Opens what brings questions to workers and answers back.
        worker: Works until it is cancelled; calls its second argument once it is ready.
    """
    role, *rest = sys.argv[1:]
    place = Place.of(rest)
    if role == "gateway":
        be_gateway(gateway, place)
    else:
        be_worker(worker, place)


def be_gateway(gateway: Gateway, place: Place) -> None:
    """Serve until SIGTERM; see `play`."""
    serve(_faced(gateway(place)))


def be_worker(worker: Worker, place: Place) -> None:
    """Work until SIGTERM; see `play`."""
    uvloop.run(_until_signalled(worker(place, _announce)))


@asynccontextmanager
async def _faced(opened: AbstractAsyncContextManager[Ask]) -> AsyncGenerator[ASGIApp]:
    async with opened as ask:
        yield create_app(ask)


async def _until_signalled(work: Coroutine[Any, Any, None]) -> None:
    working = asyncio.create_task(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    with suppress(asyncio.CancelledError):
        await working


def _announce() -> None:
    """Say that this process works."""
    sys.stdout.write("works (ready)\n")
    sys.stdout.flush()
