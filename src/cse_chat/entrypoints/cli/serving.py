"""Serving until a signal, whichever role the process has."""

import asyncio
import errno
import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from threading import Timer
from typing import Final, NoReturn

import click
import structlog

from cse_chat.domain.errors import AgentError
from cse_chat.entrypoints.addresses import url_of
from cse_chat.entrypoints.agents import AgentFaultError
from cse_chat.entrypoints.cli.exit_codes import ExitCode, fail
from cse_chat.entrypoints.cli.printing import discard_output
from cse_chat.entrypoints.collector import seldom_collecting
from cse_chat.entrypoints.connections import SlowReaders
from cse_chat.entrypoints.http.app import App
from cse_chat.entrypoints.logging import configure_logging
from cse_chat.entrypoints.metrics.families.process import SLOW_READERS
from cse_chat.entrypoints.processes import Process
from cse_chat.entrypoints.server import (
    CannotListenError,
    DrainingServer,
    listening_socket,
    server_config,
)
from cse_chat.entrypoints.settings import Settings

_log = structlog.get_logger(__name__)

# Beside what the window of questions holds: reading, health, the page, and being told "full".
_CONNECTIONS_BESIDE: Final = 1_000
# What the end takes beside the budgets: the naps of the server, closing, the last lines.
_CLOSING: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What is served.

    Attributes:
        app: Answers HTTP; opens and closes with the process.
        process: What it drains at the end.
        welcome: Returns what to say once it serves, given its URL, if it listens, and the seconds
            that took.
    """

    app: App
    process: Process
    welcome: Callable[[str | None, float], str]


def serve(
    settings: Settings, play: Callable[[Settings], Role], *, port: int | None, started: float
) -> None:
    """Serve until a signal.

    Args:
        settings: Of this process.
        play: Builds what is served.
        port: Where, on the host of the settings; ``None`` is nowhere.
        started: When the process began, by `time.perf_counter`.

    Raises:
        CommandFailedError: It cannot start; the message says what to do.
    """
    configure_logging()
    try:
        # First of all, so that a busy port is told before any data is read.
        with ExitStack() as stack:
            listeners = []
            if port is not None:
                listeners += [stack.enter_context(listening_socket(settings.http.host, port))]
            _serve(settings, play(settings), listeners, started)
    except Exception as error:  # noqa: BLE001 -- the process ends here, and says where it broke
        _give_up(error)


def _give_up(error: Exception) -> NoReturn:
    cause = cause_of(error)
    remedy = remedy_for(cause)
    if remedy is None:
        _log.error("service_crashed", exc_info=cause)
        fail(ExitCode.CRASHED, "an unexpected error; the log says where", because=error)
    fail(ExitCode.UNUSABLE, remedy, because=error)


def _serve(settings: Settings, role: Role, listeners: list[socket.socket], started: float) -> None:
    slow_readers = SlowReaders()
    role.process.metrics.exports(SLOW_READERS, lambda: slow_readers.closed)
    config = server_config(
        role.app,
        graceful=settings.http.drain,
        most_connections=settings.worker.window_records + _CONNECTIONS_BESIDE,
        slow_readers=slow_readers,
    )

    ended = ExitStack()

    async def drain() -> None:
        overdue = end_after(longest_end(settings))
        ended.callback(overdue.cancel)
        await role.process.drain(settings.worker.drain)

    async def serve_until_signal() -> None:
        server = DrainingServer(
            config,
            ready=lambda: _announce(role, listeners, started),
            drain=drain,
        )
        # Not by the server: it would make a stack trace of an error at start-up.
        async with role.app.lifespan():
            with seldom_collecting():  # once the data is there, which lives as long as the process
                await server.serve(listeners)

    with ended, asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve_until_signal())


def longest_end(settings: Settings) -> timedelta:
    """Return how long the process may take after its first signal; then it ends itself."""
    return settings.worker.drain + settings.http.drain + _CLOSING


def end_after(limit: timedelta, end_process: Callable[[int], None] = os._exit) -> Timer:
    """End the process after *limit*, whatever it does then, unless it has ended before.

    In a thread, because an agent that never yields stops the loop and its timers, too.
    """

    def end() -> None:
        _log.error("drain_overdue", limit_seconds=limit.total_seconds())
        end_process(ExitCode.CRASHED)

    timer = Timer(limit.total_seconds(), end)
    timer.daemon = True
    timer.start()
    return timer


def _announce(role: Role, listeners: list[socket.socket], started: float) -> None:
    seconds = time.perf_counter() - started
    address = next((url_of(*listener.getsockname()[:2]) for listener in listeners), None)
    _log.info("service_started", address=address, seconds=round(seconds, 3))
    try:
        click.echo(role.welcome(address, seconds))
    except OSError:  # nobody reads it any more, and the service is there all the same
        discard_output()


def cause_of(error: Exception) -> Exception:
    """Return the one error inside of *error*: task groups wrap whatever breaks in them."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def remedy_for(error: Exception) -> str | None:
    """Return what a person can do about *error*; ``None`` if that is not known."""
    if isinstance(error, AgentError | AgentFaultError):  # the agent could not be made or opened
        return str(error)
    if not isinstance(error, CannotListenError):
        return None
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {error.port} on {error.host} is taken:"
            " stop what listens there, or choose another with --port"
        )
    if error.errno == errno.EACCES:
        return f"port {error.port} is not open to you: choose one above 1023 with --port"
    return f"{error.host} is not an address of this machine: choose another with --host"
