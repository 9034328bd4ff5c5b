"""How a signal ends the server."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta

from cse_chat.entrypoints.server import DrainingServer, server_config


async def _app(scope: object, receive: object, send: object) -> None:
    """Take three arguments, as uvicorn expects it; nobody connects."""


def a_server(
    drain: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0),
    *,
    ready: Callable[[], None] = lambda: None,
    ended: list[int] | None = None,
) -> DrainingServer:
    return DrainingServer(
        server_config(_app, graceful=timedelta(milliseconds=1), most_connections=1),
        ready=ready,
        drain=drain,
        end_process=(ended if ended is not None else []).append,
    )


async def test_a_signal_drains_first_and_closes_then() -> None:
    happened: list[str] = []
    draining, drained = asyncio.Event(), asyncio.Event()

    async def drain() -> None:
        draining.set()
        await drained.wait()
        happened.append(f"drained, closing: {server.should_exit}")

    def ready() -> None:
        happened.append("ready")
        server.handle_exit(signal.SIGTERM, None)

    server = a_server(drain, ready=ready)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve([]))
        await draining.wait()
        drained.set()

    assert happened == ["ready", "drained, closing: False"]
    assert server.should_exit


async def test_a_drain_that_fails_does_not_keep_the_process() -> None:
    async def drain() -> None:
        raise ConnectionError

    server = a_server(drain, ready=lambda: server.handle_exit(signal.SIGINT, None))

    async with asyncio.timeout(5):
        await server.serve([])

    assert server.should_exit


async def test_a_signal_before_anything_is_served_ends_without_a_drain() -> None:
    drains: list[Awaitable[None]] = []
    server = a_server(drains.pop)
    server.handle_exit(signal.SIGTERM, None)

    async with asyncio.timeout(5):
        await server.serve([])

    assert server.should_exit


def test_a_second_signal_ends_the_process_at_once() -> None:
    ended: list[int] = []
    server = a_server(ended=ended)

    server.handle_exit(signal.SIGTERM, None)
    assert ended == []
    server.handle_exit(signal.SIGINT, None)

    assert ended == [130]


def test_the_listener_tells_nobody_what_it_is_and_believes_no_proxy() -> None:
    config = server_config(_app, graceful=timedelta(seconds=1.5), most_connections=7)

    assert not config.server_header
    assert not config.proxy_headers
    assert not config.access_log
    assert config.log_config is None
    assert config.limit_concurrency == 7
    assert config.timeout_graceful_shutdown == 2
