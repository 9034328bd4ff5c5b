"""One connection to the server: commands go out as they come, replies come back in their order."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence

import hiredis
import structlog
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, NoScriptError, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError
from typing_extensions import override

from cse_chat.adapters.redis.calls import Argument, Call, Reply
from cse_chat.adapters.redis.takeover import INCOMPLETE, drop, reader_for, take_over

_log = structlog.get_logger(__name__)

_PING, _PONG = b"*1\r\n$4\r\nPING\r\n", "PONG"
_MOST_AWAITED = 128  # commands; those behind a longer line would wait for nothing
_MOST_FLIGHTS = 5  # a server that wakes for each single command gets half as much done
_MOST_EARLY = 3  # of them, before a turn ends: its end finds a place, and so does that of the next
_FEWEST_TOGETHER = 6  # claims that settle: so many fill what a server reads in one go, 16 KiB

Lost = Callable[["Pipeline", Sequence[Call], BaseException], None]


class Pipeline(asyncio.Protocol):
    """Takes a connection over that the client library has made, and ends each call by its reply.

    A call is given up when it has no reply *answered_by* after it was sent; a
    server that answers nothing for so long is left.

    Attributes:
        run_id: Names the run of the server.
    """

    def __init__(
        self,
        connection: AbstractConnection,
        run_id: str,
        *,
        answered_by: float,
        on_replies: Callable[[], None],
        on_lost: Lost,
    ) -> None:
        """Begin to read.

        Args:
            connection: Connected and greeted; nothing is under way on it.
            run_id: See the class.
            answered_by: Seconds.
            on_replies: Called when calls have ended, so that there may be room for others.
            on_lost: Called once, with the calls that are not answered, and why; not once it was closed.
        """
        self.run_id = run_id
        self._connection = connection
        self._answered_by = answered_by
        self._on_replies = on_replies
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        # A text: `_PONG`, or the digest of a script that is being loaded.
        self._awaited: deque[Call | str] = deque()
        self._flights: deque[int] = deque()  # what went in one go: how many replies it still lacks
        self._loading: set[str] = set()
        self._heard_at = 0.0  # or nothing was awaited until then
        self._timer: asyncio.TimerHandle | None = None
        self._drained: asyncio.Future[None] | None = None
        self._is_lost = False
        self._stale: ReadOnlyError | None = None  # left once what is under way is answered
        self._replies = reader_for(connection)
        self._transport = take_over(connection, self)

    @property
    def is_idle(self) -> bool:
        """Whether every call has its reply."""
        return not self._awaited

    def is_worth_sending(self, waiting: int) -> bool:
        """Whether so many calls are to go before the turn of the loop ends.

        So they are when the server has nothing else to do, or no more than them: it would be done with
        that while others are still asked for.
        """
        if len(self._flights) >= _MOST_EARLY:
            return False
        return self.is_idle or waiting >= max(_FEWEST_TOGETHER, len(self._awaited))

    @property
    def room(self) -> int:
        """How many calls may be sent now."""
        if self._is_lost or self._stale or len(self._flights) >= _MOST_FLIGHTS:
            return 0
        return max(0, _MOST_AWAITED - len(self._awaited))

    def send(self, calls: Sequence[Call]) -> None:
        """Send *calls* in one go."""
        now = self._loop.time()
        packed: list[bytes] = []
        sent: list[Call | str] = []
        if any(call.script and call.script.tells_first for call in calls):
            # Of those it owes something, the server writes to the last one first. That is its caller,
            # unless it owed them something before.
            packed.append(_PING)
            sent.append(_PONG)
        for call in calls:
            if not (call.is_repeated or call.is_loaded):  # else it has what is left of its time
                call.since = now
            try:
                packed.append(_packed(call.packed(self.run_id)))
            except Exception as error:  # noqa: BLE001 - a fault of ours, of this call alone
                _log.exception("redis_command_broke")
                call.end(error)
            else:
                sent.append(call)
        if sent:
            self._write(sent, b"".join(packed))

    async def aclose(self) -> None:
        """Wait for what is under way, and disconnect."""
        try:
            if self._awaited and not self._is_lost:
                self._drained = self._loop.create_future()
                await self._drained
        finally:
            self._end()

    @override
    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        self._replies.feed(data)
        try:
            while (reply := self._replies.gets()) is not INCOMPLETE:
                self._take(reply)
        except (InvalidResponse, RedisConnectionError) as error:
            self._leave(error)
            return
        if self._drained and not self._awaited and not self._drained.done():
            self._drained.set_result(None)
        self._on_replies()
        if self._stale and not self._awaited:
            self._leave(self._stale)

    @override
    def eof_received(self) -> None:
        """Let the transport close, and `connection_lost` follow."""

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self._is_lost:
            self._tell(RedisConnectionError("lost") if exc is None else exc)

    def _take(self, reply: Reply) -> None:
        """End the call that *reply* is for.

        Raises:
            RedisConnectionError: The server cannot work yet, or says what nobody has asked.
        """
        if not self._awaited:
            raise RedisConnectionError("a reply that nobody waits for")
        call = self._awaited.popleft()
        self._flights[0] -= 1
        if not self._flights[0]:
            self._flights.popleft()
        if isinstance(call, str):
            self._loading.discard(call)
        elif isinstance(reply, NoScriptError) and call.script and not call.is_loaded:
            self._load_and_repeat(call)
        elif isinstance(reply, RedisConnectionError):
            self._awaited.appendleft(call)
            raise reply
        else:
            call.end(reply)
            if isinstance(reply, ReadOnlyError):
                self._stale = reply

    def _load_and_repeat(self, call: Call) -> None:
        """Send it once more behind its script, which the server has forgotten (`SCRIPT FLUSH`)."""
        script = call.script
        assert script  # noqa: S101 - only scripts are unknown
        call.is_loaded = True
        if script.digest not in self._loading:
            self._loading.add(script.digest)
            self._write([script.digest], _packed(("SCRIPT", "LOAD", script.text)))
        self.send([call])

    def _write(self, commands: Sequence[Call | str], packed: bytes) -> None:
        if not self._awaited:
            self._heard_at = self._loop.time()
        self._awaited.extend(commands)
        self._flights.append(len(commands))
        self._transport.write(packed)
        if self._timer is None:
            self._look_again(self._heard_at + self._answered_by)

    def _watch(self) -> None:
        """Look whether it is time to give up."""
        self._timer = None
        if not self._awaited:
            return
        now = self._loop.time()
        # What came while the loop was busy was read before: timers come behind what was received.
        if now >= self._heard_at + self._answered_by:
            self._leave(RedisTimeoutError("no answer"))
        else:
            self._look_again(min(self._heard_at + self._answered_by, self._give_up(now)))

    def _look_again(self, at: float) -> None:
        self._timer = self._loop.call_at(at, self._watch)

    def _give_up(self, now: float) -> float:
        """End the calls whose time is over; return when that of the next one is."""
        for call in self._awaited:
            if isinstance(call, str) or call.future.done():
                continue
            over = call.since + self._answered_by
            if over > now:
                return over  # those behind it were sent later
            call.end(RedisTimeoutError("no answer in time"))
        return math.inf

    def _end(self) -> None:
        self._is_lost = True
        if self._timer:
            self._timer.cancel()
        drop(self._connection)

    def _leave(self, error: BaseException) -> None:
        self._transport.abort()
        self._tell(error)

    def _tell(self, error: BaseException) -> None:
        self._end()
        calls = [call for call in self._awaited if isinstance(call, Call)]
        self._awaited.clear()
        if self._drained and not self._drained.done():
            self._drained.set_result(None)
        self._on_lost(self, calls, error)


def _packed(command: tuple[Argument, ...]) -> bytes:
    # The library's own packing takes nine times as long.
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]  # of any length
    return packed
