"""The one way to the Redis server: one connection, its limits, and who the server is."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Self
from weakref import WeakKeyDictionary

import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.maint_notifications import MaintNotificationsConfig
from typing_extensions import override

from cse_chat.adapters.redis.calls import Argument, Call, Reply
from cse_chat.adapters.redis.errors import FAILURES, kind_of
from cse_chat.adapters.redis.pipeline import Pipeline
from cse_chat.adapters.redis.scripts.loading import Script

_log = structlog.get_logger(__name__)

_ANSWERED_BY = 1.0  # seconds; a healthy server takes a thousandth
_CONNECT_TRIES = 2  # beside the first


class RedisConnection:
    """Sends what is asked for at once, on one connection; while that is busy, several in one go.

    Those of a turn of the loop go at its end, or before that as soon as they are many enough.

    Each caller gets its own reply or `TransportError`, within three times *answered_by*; a caller that
    is cancelled stops nothing. Once nothing has been answered for *answered_by*, one try at a time
    is made and the others are refused at once. A command may be sent twice when the connection broke:
    all of ours can be repeated. It connects when the first command is sent, and again by itself.
    """

    def __init__(
        self, url: str, *, answered_by: timedelta = timedelta(seconds=_ANSWERED_BY)
    ) -> None:
        self._url = url
        self._answered_by = answered_by.total_seconds()
        self._pool: ConnectionPool | None = None  # makes connections
        self._pipeline: Pipeline | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._waiting: deque[Call] = deque()
        self._is_due = False
        self._run_ids: WeakKeyDictionary[AbstractConnection, str] = WeakKeyDictionary()
        self._failing_since: float | None = None
        self._failure: BaseException | None = None
        self._on_new_server: list[Callable[[], None]] = []
        self.run_id: str | None = None
        """Names the run of the server that was connected to last; ``None`` before the first."""

    @override
    def __repr__(self) -> str:
        """Name it without its URL, which may hold a password."""
        return f"{type(self).__name__}(run_id={self.run_id})"

    async def __aenter__(self) -> Self:
        """Open the pool; nothing is sent yet."""
        self._pool = ConnectionPool.from_url(
            self._url,
            retry=retry(),
            socket_timeout=None,  # `Pipeline` has limits of its own
            socket_connect_timeout=self._answered_by,
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
            redis_connect_func=self._greet,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let what was sent be answered, refuse what was not, and disconnect."""
        while self._connecting:
            await asyncio.wait({self._connecting})
        self._pool = None
        self._refuse_waiting(because=RedisConnectionError("closed"))
        if self._pipeline:
            await self._pipeline.aclose()
            self._pipeline = None

    @property
    def is_answering(self) -> bool:
        """Whether the server is not known to be away."""
        return not self._is_given_up(asyncio.get_running_loop().time())

    @property
    def is_failing(self) -> bool:
        """Whether the last try failed."""
        return self._failing_since is not None

    def on_new_server(self, told: Callable[[], None]) -> None:
        """Have *told* called whenever another run of the server is met than the time before."""
        self._on_new_server.append(told)

    def listening_client(self) -> Redis:
        """Return a client for subscriptions alone; whoever takes it closes it (``aclose``).

        It has no time limit for reading: a channel may be silent.
        """
        return Redis.from_url(
            self._url,
            protocol=2,  # with 3, each message would be written out for a log line at DEBUG
            socket_timeout=None,
            socket_connect_timeout=self._answered_by,
            retry=retry(),
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
        )

    def run(
        self, script: Script, keys: Sequence[str], *arguments: Argument
    ) -> asyncio.Future[Reply]:
        """Have *script* run; the future has what it returns.

        Or `TransportError`: it may or may not have run.
        """
        return self._called(script, keys, arguments)

    def command(self, *arguments: Argument) -> asyncio.Future[Reply]:
        """Have one command done, its name being the first of *arguments*; as `run`."""
        return self._called(None, (), arguments)

    def _called(
        self, script: Script | None, keys: Sequence[str], arguments: Sequence[Argument]
    ) -> asyncio.Future[Reply]:
        loop = asyncio.get_running_loop()
        call = Call(script, keys, arguments, loop)
        if self._failing_since is not None and self._is_tried_in_vain(call.since):
            call.end(self._failure)
            return call.future
        self._waiting.append(call)
        if self._pipeline and self._pipeline.is_worth_sending(len(self._waiting)):
            self._send_waiting()
        elif not self._is_due:
            self._is_due = True
            loop.call_soon(self._send_waiting)
        return call.future

    def _is_tried_in_vain(self, now: float) -> bool:
        """Whether the server is away and somebody else's call is trying it right now."""
        return self._is_given_up(now) and (
            self._connecting is not None
            or (self._pipeline is not None and not self._pipeline.is_idle)
        )

    def _is_given_up(self, now: float) -> bool:
        return self._failing_since is not None and now - self._failing_since >= self._answered_by

    def _send_waiting(self) -> None:
        """Send what waits, as far as there is room; what is left goes when there is some."""
        self._is_due = False
        if self._pool is None:
            self._refuse_waiting(because=RedisConnectionError("closed"))
        elif self._pipeline is None:
            if self._waiting and self._connecting is None:
                # A task of its own: a caller that is cancelled would else end it.
                self._connecting = asyncio.create_task(self._connect(self._pool))
        elif self._waiting and (room := self._pipeline.room):
            batch = [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
            self._pipeline.send(batch)

    async def _connect(self, pool: ConnectionPool) -> None:
        connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]  # so it is
        try:
            async with asyncio.timeout(self._answered_by):
                await connection.connect()  # type: ignore[no-untyped-call]
            self._pipeline = Pipeline(
                connection,
                self._run_ids[connection],
                answered_by=self._answered_by,
                on_replies=self._go_on,
                on_lost=self._lost,
            )
        except Exception as error:  # noqa: BLE001 - whatever it is: nobody may wait for ever for it
            await connection.disconnect(nowait=True)
            if isinstance(error, FAILURES):
                self._note_failure(error)
            else:
                _log.exception("redis_connecting_broke")
            self._refuse_waiting(because=error)
        self._connecting = None
        self._refuse_waiting(since=asyncio.get_running_loop().time() - self._answered_by)
        self._send_waiting()

    def _go_on(self) -> None:
        """The server has answered: send what has waited for that."""
        now = asyncio.get_running_loop().time()
        if self._failing_since is not None:
            _log.info("redis_answers_again", after_seconds=round(now - self._failing_since, 3))
            self._failing_since = self._failure = None
        if self._waiting:
            self._refuse_waiting(since=now - self._answered_by)
            self._send_waiting()

    def _lost(self, pipeline: Pipeline, calls: Sequence[Call], error: BaseException) -> None:
        """Send *calls* once more on another connection; give up those for which that was tried."""
        if self._pipeline is pipeline:
            self._pipeline = None
        again: list[Call] = []
        for call in calls:
            if isinstance(error, RedisTimeoutError) or call.is_repeated:
                call.end(error)
            else:
                call.is_repeated = True
                call.is_loaded = False
                again.append(call)
        if len(again) < len(calls):
            self._note_failure(error)
        self._waiting.extendleft(reversed(again))
        self._refuse_waiting(since=asyncio.get_running_loop().time() - self._answered_by)
        self._send_waiting()

    def _refuse_waiting(
        self, *, since: float = math.inf, because: BaseException | None = None
    ) -> None:
        """Refuse what has waited *since* then for its turn: the server is slower than asked.

        Or it is away: then *because* says why, as for the call that was tried.
        """
        error = because or RedisTimeoutError("the server is too slow")
        while self._waiting and self._waiting[0].since <= since:
            self._waiting.popleft().end(error)

    def _note_failure(self, error: BaseException) -> None:
        self._failure = error
        if self._failing_since is None:
            self._failing_since = asyncio.get_running_loop().time()
            _log.warning("redis_does_not_answer", error=kind_of(error))

    async def _greet(self, connection: AbstractConnection) -> None:
        """Introduce ourselves, and ask who the server is: it may be another than before."""
        await connection.on_connect()
        await connection.send_command("INFO", "server", check_health=False)
        run_id = info(await connection.read_response())["run_id"]
        self._run_ids[connection] = run_id
        if run_id != self.run_id:
            met_before, self.run_id = self.run_id, run_id
            if met_before is not None:
                _log.warning("redis_is_another_server", run_id=run_id, before=met_before)
                for told in self._on_new_server:
                    told()


def retry() -> Retry:
    """Return how often connecting is tried: said here, because the clients' defaults differ."""
    return Retry(ExponentialWithJitterBackoff(cap=0.2, base=0.01), _CONNECT_TRIES)


def info(reply: bytes | str) -> dict[str, str]:
    """Return the fields of an ``INFO`` reply."""
    text = reply.decode() if isinstance(reply, bytes) else reply
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
