"""``cse-chat run``, ``gateway`` and ``worker``: the roles that are served."""

from collections.abc import Mapping
from typing import Final

import structlog

from cse_chat.entrypoints.addresses import DEFAULT_HOST, DEFAULT_PORT, url_of
from cse_chat.entrypoints.cli.configuration import read_settings
from cse_chat.entrypoints.cli.exit_codes import ExitCode, fail
from cse_chat.entrypoints.cli.invocation import program
from cse_chat.entrypoints.cli.serving import Role, serve
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.http.app import create_app, create_health_app
from cse_chat.entrypoints.processes import embedded, gateway, worker
from cse_chat.entrypoints.settings import Settings

_log = structlog.get_logger(__name__)

_USUAL_ADDRESS: Final = url_of(DEFAULT_HOST, DEFAULT_PORT)
_IN_MEMORY: Final[Mapping[str, str]] = {
    "REQUESTS__TRANSPORT": "memory",
    "REPLIES__TRANSPORT": "memory",
}


def run(
    *, host: str | None, port: int | None, allow_anonymous: bool = False, started: float
) -> None:
    """Serve gateway and worker in one process, until a signal.

    Args:
        host: Overrides the settings.
        port: Overrides the settings.
        allow_anonymous: Overrides the settings where it is true.
        started: When the process began, by `time.perf_counter`.

    Raises:
        CommandFailedError: It cannot start; the message says what to do.
    """
    settings = read_settings(
        _IN_MEMORY,
        HTTP__HOST=host,
        HTTP__PORT=_said(port),
        AUTH__ALLOW_ANONYMOUS="true" if allow_anonymous else None,
    )
    serve(settings, _embedded, port=settings.http.port, started=started)


def run_gateway(
    *, host: str | None, port: int | None, allow_anonymous: bool = False, started: float
) -> None:
    """Serve the gateway alone; the arguments and errors are those of `run`."""
    settings = read_settings(
        HTTP__HOST=host,
        HTTP__PORT=_said(port),
        AUTH__ALLOW_ANONYMOUS="true" if allow_anonymous else None,
    )
    _refuse_memory(settings)
    serve(settings, _gateway, port=settings.http.port, started=started)


def run_worker(*, host: str | None, port: int | None, started: float) -> None:
    """Serve the worker alone; the arguments and errors are those of `run`."""
    settings = read_settings(
        HTTP__HOST=host,
        WORKER__PORT=_said(port),
        AUTH__ALLOW_ANONYMOUS="true",  # nobody asks here: it only tells how it is
    )
    _refuse_memory(settings)
    serve(settings, _worker, port=settings.worker.port or None, started=started)


def _embedded(settings: Settings) -> Role:
    _warn_of_strangers(settings)
    container = Container(settings=settings)
    process = embedded(container)
    return Role(app=create_app(container, process), process=process, welcome=_asked_at)


def _gateway(settings: Settings) -> Role:
    _warn_of_strangers(settings)
    container = Container(settings=settings)
    process = gateway(container)
    return Role(app=create_app(container, process), process=process, welcome=_asked_at)


def _worker(settings: Settings) -> Role:
    process = worker(Container(settings=settings))
    return Role(app=create_health_app(process), process=process, welcome=_working_at)


def _warn_of_strangers(settings: Settings) -> None:
    if settings.lets_strangers_in:
        _log.warning(
            "anonymous_callers_allowed",
            host=settings.http.host,
            meaning="whoever can reach this port asks, and reads every conversation, as one user",
            remedy="publish the port on loopback alone, or let something in front ask who calls",
        )


def _refuse_memory(settings: Settings) -> None:
    chosen = {"REQUESTS": settings.requests.transport, "REPLIES": settings.replies.transport}
    for part, transport in chosen.items():
        if transport == "memory":
            fail(
                ExitCode.UNUSABLE,
                f"CSE_CHAT__{part}__TRANSPORT is memory, which no other process sees: unset it,"
                f" or run everything in one process with `{program()} run`",
                because=None,
            )


def _said(port: int | None) -> str | None:
    return None if port is None else str(port)


def _asked_at(address: str | None, seconds: float) -> str:
    address = address or _USUAL_ADDRESS
    # Another terminal may not have the settings of this one.
    where = "" if address == _USUAL_ADDRESS else f"--url {address} "
    return (
        f"cse-chat listens at {address} (ready in {seconds:.1f} s; Ctrl+C stops it)\n"
        f"Open it in a browser, or ask from another terminal:\n"
        f'  {program()} ask {where}"What are the top performing stocks?"\n'
        f"  curl -s {address}/api/chat -H 'Content-Type: application/json'"
        f""" -d '{{"message": "What are the top performing stocks?"}}'"""
    )


def _working_at(address: str | None, seconds: float) -> str:
    told = f"cse-chat works (ready in {seconds:.1f} s; Ctrl+C stops it)"
    where = f"It tells how it is at {address}/health/ready, and what it counts at {address}/metrics"
    return f"{told}\n{where}" if address else told
