"""What agents are asked here before it is delivered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Self

import structlog

from cse_chat.adapters.hints import HeardHints
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Delivery, Hint
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.worker.agent_rules import size_of
from cse_chat.entrypoints.worker.pace import Pace
from cse_chat.entrypoints.worker.reply_addresses import Process, ReplyAddresses

_log = structlog.get_logger(__name__)

_MOST: Final = 256
_MOST_BYTES: Final = 8_388_608
_KEPT_FOR: Final = 10.0  # seconds: as long as it is on offer
_TOGETHER: Final = 0.01
_STOPPING: Final = 0.9

_Answered = asyncio.Task[EarlyAnswer | None]


@dataclass(slots=True)
class _Hinted:
    hint: Hint
    task: _Answered
    size: int = 0
    is_noted: bool = False


class Ahead:
    """Has agents asked what is hinted at, and knows what they said until its delivery is finished.

    It hears while it is entered. What is not delivered soon is forgotten; where as much is waited for
    as may be remembered, a hint is left.
    """

    def __init__(
        self,
        *,
        heard: HeardHints,
        answer: Callable[[Hint], Awaitable[EarlyAnswer | None]],
        addresses: ReplyAddresses,
        pace: Pace,
    ) -> None:
        """Store the arguments.

        Args:
            heard: Where hints come from.
            answer: Asks, and offers what is said; or does not.
            addresses: Told who waits for it meanwhile.
            pace: Told of each delivery whether it was answered before it came.
        """
        self._heard = heard
        self._answer = answer
        self._addresses = addresses
        self._pace = pace
        self._hinted: dict[CorrelationId, _Hinted] = {}
        self._bytes = 0
        self._tasks: set[_Answered] = set()
        self._others: asyncio.Event | None = None

    async def __aenter__(self) -> Self:
        """Begin to hear."""
        self._heard.on_hint = self._hear
        self._heard.on_wake = self._pace.hurry
        return self

    async def __aexit__(self, *error: object) -> None:
        """Hear no more, and stop what is under way: it is delivered, and processed then."""
        self.hear_no_more()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        if tasks:
            _, stubborn = await asyncio.wait(tasks, timeout=_STOPPING)
            if stubborn:
                _log.warning("stopping_overdue", jobs=len(stubborn))

    def hear_no_more(self) -> None:
        """Leave what is hinted at from now on to whoever is delivered it."""
        self._heard.on_hint = None

    def hurry(self) -> None:
        """Have claimed now what waits for others."""
        others, self._others = self._others, None
        if others is not None:
            others.set()

    def around(self, process: Process) -> Process:
        """Return *process* such that what was said is forgotten when it is finished.

        Where it fails it is repeated, and a ledger that has lost what was told is given the same again.
        """

        async def forgetting(delivery: Delivery, progress: Progress) -> None:
            await process(delivery, progress)
            self._forget(delivery.request.correlation_id)

        return forgetting

    async def answered(
        self, request: ChatRequest, *, is_urgent: Callable[[], bool]
    ) -> EarlyAnswer | None:
        """Return what was said to *request*, which is delivered, once it is said.

        That takes some milliseconds, unless it is urgent: who asked need not wait for the delivery, and
        those that come meanwhile are claimed together.
        """
        found = self._hinted.get(request.correlation_id)
        # Anybody may publish hints: what was asked must be what is in the log.
        if found is None or found.hint.request.question != request.question:
            self._pace.note(was_answered=False)
            return None
        is_late = not found.task.done()
        if is_late:
            await asyncio.wait({found.task})  # who gives up waiting stops nothing
        early = None if found.task.cancelled() else found.task.result()
        if not found.is_noted:  # else it is repeated
            found.is_noted = True
            self._pace.note(was_answered=early is not None and not is_late)
        if early is not None and not is_urgent():
            await self._with_others()
        return early

    async def _with_others(self) -> None:
        """Return at the same moment as whoever else calls this meanwhile."""
        if self._others is None:
            self._others = asyncio.Event()
            asyncio.get_running_loop().call_later(_TOGETHER, self.hurry)
        await self._others.wait()

    def _hear(self, hint: Hint, reply_to: str) -> None:
        correlation_id = hint.request.correlation_id
        is_full = len(self._hinted) >= _MOST or self._bytes >= _MOST_BYTES
        if correlation_id in self._hinted or is_full:
            return
        task = asyncio.create_task(self._asked(hint, reply_to))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._hinted[correlation_id] = _Hinted(hint, task)

    async def _asked(self, hint: Hint, reply_to: str) -> EarlyAnswer | None:
        correlation_id = hint.request.correlation_id
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)  # the task's own
        early = None
        try:
            with self._addresses.known(correlation_id, reply_to):
                early = await self._answer(hint)
        except Exception:  # noqa: BLE001 - it is delivered, and whatever is wrong is told then
            _log.exception("answering_ahead_failed")
        finally:
            self._keep(correlation_id, early)
        return early

    def _keep(self, correlation_id: CorrelationId, early: EarlyAnswer | None) -> None:
        """Keep what was said for a while; where nothing was, there is nothing to know."""
        hinted = self._hinted[correlation_id]
        if early is None:
            del self._hinted[correlation_id]
            return
        hinted.size = _size(early)
        self._bytes += hinted.size
        asyncio.get_running_loop().call_later(_KEPT_FOR, self._forget, correlation_id)

    def _forget(self, correlation_id: CorrelationId) -> None:
        hinted = self._hinted.get(correlation_id)
        if hinted is not None and hinted.task.done():
            self._bytes -= hinted.size
            del self._hinted[correlation_id]


def _size(early: EarlyAnswer) -> int:
    """Return about how many bytes an answer has."""
    events = (utterance.said for utterance in early.said)
    return sum(len(event.text) if isinstance(event, Delta) else size_of(event) for event in events)
