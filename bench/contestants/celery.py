"""Celery with Redis as broker and backend: `delay` and `get`, which block, in threads.

Litestar would run a synchronous handler in anyio's pool of 40 threads; with 64 clients they would
be the limit, so the gateway has a thread for each question, up to `_THREADS`. A task is
acknowledged after the work (`task_acks_late`), is taken early enough that no worker waits for one
(`worker_prefetch_multiplier`), and nothing is sent about it that nobody reads (no events, gossip,
mingle or heartbeats).

Its worker runs threads. Tried with 64 clients on two processors: 2, 4 and 8 of them answered more in
each round than its default, a process for each processor, and took no more processor time; between
their numbers there was nothing to choose.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Final

from celery import Celery
from celery.signals import worker_ready

from bench.contestants.face import Ask
from bench.contestants.records import response_to
from bench.contestants.roles import Place, be_gateway

POOL: Final = ("--pool=threads", "--concurrency=4")
_THREADS: Final = 1_000
_WAIT_SECONDS: Final = 30
_PREFETCH: Final = 16


def _app(place: Place) -> Celery:
    app = Celery(place.name, broker=place.redis, backend=place.redis)
    app.conf.update(
        task_default_queue=place.requests,
        task_acks_late=True,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        result_expires=24 * 3_600,
        worker_prefetch_multiplier=_PREFETCH,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
    )
    return app


def _task(app: Celery) -> Any:  # noqa: ANN401 -- Celery has no types
    return app.task(name="answer")(response_to)


@asynccontextmanager
async def gateway(place: Place) -> AsyncGenerator[Ask]:
    """Open a pool of threads that wait for answers."""
    task = _task(_app(place))
    loop = asyncio.get_running_loop()

    def asked(request: dict[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = task.delay(request).get(timeout=_WAIT_SECONDS)
        return answer

    with ThreadPoolExecutor(_THREADS) as threads:

        async def ask(request: dict[str, Any]) -> Mapping[str, Any]:
            return await loop.run_in_executor(threads, asked, request)

        yield ask


def work(place: Place) -> None:
    """Answer until SIGTERM."""
    app = _app(place)
    _task(app)

    @worker_ready.connect  # type: ignore[untyped-decorator]  # Celery has no types
    def ready(**_: object) -> None:
        os.write(1, b"works (ready)\n")

    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=ERROR")
    app.worker_main(["worker", *POOL, *quiet])


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(Place.of(sys.argv[2:]))
    else:
        be_gateway(gateway, Place.of(sys.argv[2:]))
