"""The one way to the Redis server: a pool, batches of scripts, and who the server is."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Self
from weakref import WeakKeyDictionary

import hiredis
import structlog
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.maint_notifications import MaintNotificationsConfig
from typing_extensions import override

from cse_chat.adapters.redis.calls import Argument, Call, Reply
from cse_chat.adapters.redis.errors import FAILURES, kind_of
from cse_chat.adapters.redis.scripts.loading import Script

_log = structlog.get_logger(__name__)

_ANSWERED_BY = 1.0  # seconds; a healthy server takes a thousandth
_CONNECT_TRIES = 2  # beside the first
_BATCH = 128  # commands; a longer one keeps the others waiting
_AT_ONCE = 1  # pipelines under way, unless so many commands wait that another is worth it:
_WORTH_ANOTHER = 32


class RedisConnection:
    """Sends what is asked for as one pipeline, and what comes meanwhile as the next one.

    Each caller gets its own reply or `TransportError`, within twice *answered_by*; a caller that
    is cancelled stops nothing. Once nothing has been answered for *answered_by*, one pipeline at a
    time is tried and the others are refused at once. A command may be sent twice when the connection broke:
    all of ours can be repeated. It connects when the first command is sent, and again by itself.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 8,
        answered_by: timedelta = timedelta(seconds=_ANSWERED_BY),
    ) -> None:
        self._url = url
        self._connections = connections
        self._answered_by = answered_by.total_seconds()
        # Makes connections. Lending them is done here: its own bookkeeping took more time than
        # all else that a pipeline costs, but for the system's calls.
        self._pool: ConnectionPool | None = None
        self._idle: list[AbstractConnection] = []
        self._waiting: deque[Call] = deque()
        self._is_due = False
        self._sending: set[asyncio.Task[None]] = set()
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
            # One time limit around a whole batch, instead of one for each reply in it.
            socket_timeout=None,
            socket_connect_timeout=self._answered_by,
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
            redis_connect_func=self._greet,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let what was sent be answered, refuse what was not, and disconnect."""
        self._pool = None
        self._refuse_waiting(because=RedisConnectionError("closed"))
        if self._sending:
            await asyncio.wait(self._sending)
        for connection in self._idle:
            await connection.disconnect(nowait=True)
        self._idle.clear()

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
        self._waiting.append(call)
        if not self._is_due:
            self._is_due = True
            loop.call_soon(self._send_waiting)
        return call.future

    def _send_waiting(self) -> None:
        """Send what waits, as far as there is a connection; what is left goes when one is free."""
        self._is_due = False
        if self._pool is None:
            self._refuse_waiting(because=RedisConnectionError("closed"))
            return
        is_given_up = self._is_given_up(asyncio.get_running_loop().time())
        limit = 1 if is_given_up else self._connections
        while self._waiting and len(self._sending) < limit and self._is_worth_it():
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            # A task of its own: a caller that is cancelled would else drop the connection.
            task = asyncio.create_task(self._send(self._pool, batch))
            self._sending.add(task)
            task.add_done_callback(self._sent)
        if is_given_up:
            self._refuse_waiting(because=self._failure)

    def _is_worth_it(self) -> bool:
        """Whether to send what waits beside what is under way.

        What comes while a pipeline is under way waits for its end, and goes together: a
        process that wakes for each single reply, and a server that does, get half as much done.
        """
        return len(self._sending) < _AT_ONCE or len(self._waiting) >= _WORTH_ANOTHER

    def _is_given_up(self, now: float) -> bool:
        return self._failing_since is not None and now - self._failing_since >= self._answered_by

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._refuse_waiting(since=asyncio.get_running_loop().time() - self._answered_by)
        if self._waiting and not self._is_due:
            self._send_waiting()

    def _refuse_waiting(
        self, *, since: float = math.inf, because: BaseException | None = None
    ) -> None:
        """Refuse what has waited *since* then for its turn: the server is slower than asked.

        Or it is away: then *because* says why, as for the call that was tried.
        """
        error = because or RedisTimeoutError("no connection was free")
        while self._waiting and self._waiting[0].since <= since:
            self._waiting.popleft().end(error)

    async def _send(self, pool: ConnectionPool, batch: list[Call]) -> None:
        try:
            async with asyncio.timeout(self._answered_by):
                replies = await self._exchanged(pool, batch)
            self._note_success()
        except FAILURES as error:
            replies = [error] * len(batch)
            self._note_failure(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours; nobody may wait for ever for it
            _log.exception("redis_pipeline_broke")
            replies = [error] * len(batch)
        for call, reply in zip(batch, replies, strict=True):
            call.end(reply)

    def _note_success(self) -> None:
        if self._failing_since is not None:
            away = asyncio.get_running_loop().time() - self._failing_since
            _log.info("redis_answers_again", after_seconds=round(away, 3))
            self._failing_since = self._failure = None

    def _note_failure(self, error: BaseException) -> None:
        self._failure = error
        if self._failing_since is None:
            self._failing_since = asyncio.get_running_loop().time()
            _log.warning("redis_does_not_answer", error=kind_of(error))

    async def _exchanged(self, pool: ConnectionPool, batch: list[Call]) -> list[Reply]:
        try:
            return await self._tried(pool, batch)
        except RedisConnectionError:
            # The connection may have been dead since the server restarted: once more on another.
            return await self._tried(pool, batch)

    async def _tried(self, pool: ConnectionPool, batch: list[Call]) -> list[Reply]:
        connection = self._idle.pop() if self._idle else _new_connection(pool)
        try:
            await pool.ensure_connection(connection)
            run_id = self._run_ids[connection]
            replies = await _replies(connection, [call.packed(run_id) for call in batch])
            unknown = [n for n, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
            if unknown:
                again = await self._loaded(connection, [batch[n] for n in unknown])
                for n, reply in zip(unknown, again, strict=True):
                    replies[n] = reply
        except BaseException:
            await connection.disconnect(nowait=True)  # what is left in it is nobody's
            raise
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            await connection.disconnect(nowait=True)  # its address may be another's by now
        else:
            self._idle.append(connection)
        return replies

    async def _loaded(self, connection: AbstractConnection, calls: list[Call]) -> list[Reply]:
        """Load what the server forgot (it was restarted or flushed), and call it again."""
        texts = {call.script.text for call in calls if call.script}
        run_id = self._run_ids[connection]
        loads: list[tuple[Argument, ...]] = [("SCRIPT", "LOAD", text) for text in sorted(texts)]
        replies = await _replies(connection, [*loads, *(call.packed(run_id) for call in calls)])
        return replies[len(loads) :]

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


def _new_connection(pool: ConnectionPool) -> AbstractConnection:
    connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]  # so it is
    return connection


def retry() -> Retry:
    """Return how often connecting is tried: said here, because the clients' defaults differ."""
    return Retry(ExponentialWithJitterBackoff(cap=0.2, base=0.01), _CONNECT_TRIES)


def info(reply: bytes | str) -> dict[str, str]:
    """Return the fields of an ``INFO`` reply."""
    text = reply.decode() if isinstance(reply, bytes) else reply
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


async def _replies(
    connection: AbstractConnection, commands: Sequence[tuple[Argument, ...]]
) -> list[Reply]:
    """Send *commands* in one go and return a reply, or the server's error, for each."""
    # The library's own packing takes nine times as long: it was a sixth of a worker's time.
    packed = b"".join(
        [hiredis.pack_command(each) for each in commands]  # type: ignore[arg-type]  # any length
    )
    await connection.send_packed_command(packed, check_health=False)
    return [await _reply(connection) for _ in commands]


async def _reply(connection: AbstractConnection) -> Reply:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
