"""One socket: what a client says, and what it is told."""

import asyncio
from datetime import timedelta
from typing import Any, Final

import structlog
from litestar.connection import WebSocket

from cse_chat.domain.errors import (
    ChatError,
    InvalidRequestError,
    NotFoundError,
)
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.questions import IfBusy, Question
from cse_chat.entrypoints.http.bodies import document_of
from cse_chat.entrypoints.http.errors import NotSupportedError
from cse_chat.entrypoints.http.sockets import closings, frames
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.http.sockets.frames import Ask, Cancel, Follow, Frame, PongFrame
from cse_chat.entrypoints.http.sockets.outgoing import Outgoing
from cse_chat.entrypoints.http.sockets.pace import Pace
from cse_chat.entrypoints.http.sockets.refusals import crowded, refused
from cse_chat.entrypoints.http.sockets.service import SocketService
from cse_chat.entrypoints.http.sockets.telling import Telling
from cse_chat.entrypoints.http.sockets.turns import Turns
from cse_chat.entrypoints.websocket_protocol import CONNECTION

_log = structlog.get_logger(__name__)

NOT_WAITING: Final = timedelta(0)
_NO_CODE: Final = 1005


class Conversation:
    """Talks to one client about one thread, until either of them ends it.

    How it ends is decided once, by whoever comes first. Then what is in hand is finished: a question
    that was read is asked, whether or not its sender is still there.
    """

    __slots__ = (  # there may be ten thousand
        "_cancelling",
        "_ending",
        "_follower",
        "_heard_at",
        "_is_hearing",
        "_limits",
        "_loop",
        "_outgoing",
        "_pace",
        "_service",
        "_socket",
        "_speaks_frames",
        "_task",
        "_tasks",
        "_thread_id",
        "_turns",
        "_user_id",
    )

    def __init__(
        self,
        socket: WebSocket[Any, Any, Any],
        service: SocketService,
        *,
        thread_id: ThreadId,
        user_id: UserId,
        speaks_frames: bool,
    ) -> None:
        """Store the arguments.

        Args:
            socket: Accepted.
            service: See there.
            thread_id: What it is about.
            user_id: Who talks; the thread is theirs, as far as anybody can say now.
            speaks_frames: Whether the client sends frames; else the mere text of its questions.
        """
        self._socket = socket
        self._service = service
        self._limits = limits = service.limits
        self._thread_id = thread_id
        self._user_id = user_id
        self._speaks_frames = speaks_frames
        self._loop = asyncio.get_running_loop()
        self._pace = Pace(
            rate=limits.frames_per_second, burst=limits.burst, monotonic=self._loop.time
        )
        self._outgoing = Outgoing(
            socket.scope["state"][CONNECTION],
            sockets=service.sockets,
            limits=limits,
            end=self._end,
        )
        self._ending: Closing | None = None
        self._is_hearing = False
        self._heard_at = self._loop.time()
        self._tasks = asyncio.TaskGroup()
        self._follower: asyncio.Task[None] | None = None
        self._turns: Turns | None = None  # most sockets only listen

    async def __call__(self) -> Closing:
        """Talk, and return how it ended; whatever was begun for it has ended, too."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- an ASGI application is awaited by one
        self._task, self._cancelling = task, task.cancelling()
        try:
            async with self._tasks:
                return await self._talk()
        except* Exception as broken:  # noqa: BLE001 -- whatever it is, the client is told to resume
            _log.exception("websocket_failed", exc_info=broken)
        finally:
            self._outgoing.close()
        return closings.BROKEN

    async def _talk(self) -> Closing:
        if not self._speaks_frames:  # as the original design has it
            self._follow(await self._service.follow_thread.newest(self._thread_id))
        while self._ending is None:
            await self._take(await self._next_message())
        await self._finish()
        return self._ending

    def leave(self) -> None:
        """See `Conversing.leave`."""
        self._end(closings.GOING_AWAY)

    def look(self) -> None:
        """See `Conversing.look`."""
        if self._is_quiet:  # how it ends is decided in its turn: all may be told to leave before
            self._interrupt()

    def _end(self, closing: Closing) -> None:
        if self._ending is None:
            self._ending = closing
            self._interrupt()

    def _interrupt(self) -> None:
        """Have whoever waits for the next message go on without."""
        if self._is_hearing:
            self._is_hearing = False  # by this it knows that it was done here
            self._task.cancel()

    async def _finish(self) -> None:
        """Do what is in hand, within bounds; then nothing goes on."""
        limit = self._limits.finishing
        if self._turns:
            await self._turns.finish(within=limit)
        if follower := self._follower:
            if self._ending is closings.GOING_AWAY:  # it ends by itself, with what there is
                await asyncio.wait({follower}, timeout=limit.total_seconds())
            follower.cancel()

    # --- what the client says ---------------------------------------------------------------------

    async def _next_message(self) -> Any | None:  # noqa: ANN401 -- ASGI
        """Wait for a message; there is none if that was interrupted."""
        self._is_hearing = True
        try:
            return await self._socket.receive()
        except asyncio.CancelledError:
            if self._is_hearing or self._task.uncancel() > self._cancelling:
                raise
            return None
        finally:
            self._is_hearing = False

    @property
    def _is_quiet(self) -> bool:
        said_at = max(self._heard_at, self._outgoing.last_at)
        return self._loop.time() >= said_at + self._limits.idle.total_seconds()

    async def _take(self, message: Any | None) -> None:  # noqa: ANN401 -- ASGI
        """Take a frame; or end when there are no more, or both were quiet for long."""
        if message is None:
            if self._is_quiet:
                self._end(closings.IDLE)
        elif message["type"] == "websocket.receive":
            self._heard_at = self._loop.time()
            self._service.sockets.count_in()
            await self._take_text(message.get("text"))
        else:
            self._end(Closing(message.get("code") or _NO_CODE, is_theirs=True))

    async def _take_text(self, text: str | None) -> None:
        if not self._pace.allows_one():
            self._end(closings.TOO_FAST)
        elif text is None:
            self._end(closings.NO_FRAME)
        elif frames.size_of(text) > self._limits.frame_bytes:
            self._end(closings.TOO_LARGE)
        elif self._speaks_frames:
            await self._take_frame(text)
        else:
            await self._take_question(text)

    async def _take_frame(self, text: str) -> None:
        try:
            document = document_of(text)
        except InvalidRequestError:
            self._end(closings.NO_FRAME)
            return
        try:
            frame = frames.frame_of(document, thread_id=self._thread_id, user_id=self._user_id)
        except (InvalidRequestError, NotSupportedError) as error:
            await self._refuse(frames.ref_of(document), error)
        else:
            await self._do(frame)

    async def _take_question(self, text: str) -> None:
        try:
            question = Question(thread_id=self._thread_id, user_id=self._user_id, text=text.strip())
        except InvalidRequestError as error:
            await self._refuse(None, error)
        else:
            await self._do(Ask(None, question, IfBusy.ENQUEUE))

    async def _do(self, frame: Frame) -> None:
        match frame:
            case Ask() | Cancel():
                await self._line_up(frame)
            case Follow():
                self._follow(frame.after)
            case _:
                await self._reply(PongFrame(ref=frame.ref))

    # --- what is done in its turn -----------------------------------------------------------------

    async def _line_up(self, frame: Ask | Cancel) -> None:
        """Have it done after what came before; frames, and pongs of the peer, go on being read."""
        if self._turns is None:
            self._turns = Turns(self._tasks, self._do_in_turn, most=self._limits.waiting)
        if not self._turns.line_up(frame):
            await self._reply(crowded(self._socket.scope, frame.ref))

    async def _do_in_turn(self, frame: Ask | Cancel) -> None:
        try:
            await (self._ask(frame) if isinstance(frame, Ask) else self._cancel(frame))
        except ChatError as error:
            await self._refuse(frame.ref, error)
            if isinstance(frame, Ask) and isinstance(error, NotFoundError):
                self._end(closings.NOT_YOURS)

    async def _ask(self, frame: Ask) -> None:
        begin = None
        if self._follower is None:
            # Before it is asked: whatever comes of it stands behind this.
            begin = await self._service.follow_thread.newest(self._thread_id)
        receipt = await self._service.send_chat(
            frame.question, wait=NOT_WAITING, if_busy=frame.if_busy
        )
        if self._speaks_frames:
            await self._reply(frames.accepted(frame.ref, receipt))
        if self._follower is None:
            self._follow(begin)

    async def _cancel(self, frame: Cancel) -> None:
        outcome = await self._service.cancel_chat(frame.correlation_id, self._user_id)
        await self._reply(frames.settled(frame.ref, outcome))

    # --- what the client is told ------------------------------------------------------------------

    def _follow(self, after: Cursor | None) -> None:
        if self._follower:
            self._follower.cancel()
        telling = Telling(
            self._service,
            self._outgoing,
            thread_id=self._thread_id,
            user_id=self._user_id,
            after=after,
            end=self._end,
            refuse=self._tell_no_more,
        )
        self._follower = self._tasks.create_task(telling())

    async def _tell_no_more(self, error: ChatError) -> None:
        self._follower = None
        await self._refuse(None, error)

    async def _refuse(self, ref: str | None, error: ChatError | NotSupportedError) -> None:
        await self._reply(refused(self._socket.scope, ref, error))

    async def _reply(self, reply: frames.Reply) -> None:
        await self._outgoing.send(frames.encode_reply(reply))
