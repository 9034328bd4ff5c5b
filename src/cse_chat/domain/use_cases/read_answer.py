"""Read how a request stands, or wait for how it ends."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from cse_chat.domain.errors import NotFoundError, NotListeningError
from cse_chat.domain.model.claims import Entry
from cse_chat.domain.model.ids import CorrelationId, UserId
from cse_chat.domain.model.outcomes import Outcome, Problem, Status
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.use_cases.record_history import RecordHistory

PAST_DEADLINE = Problem(
    slug="expired", detail="The question was not answered before its deadline; ask again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """Tell a request's owner how it stands; settle it `expired` once its deadline is over."""

    ledger: Ledger
    replies: ReplyBus
    record_history: RecordHistory
    now: Callable[[], datetime]

    async def __call__(
        self, correlation_id: CorrelationId, user_id: UserId, *, wait: timedelta = timedelta(0)
    ) -> Entry:
        """Return what the ledger knows, with the settlement if it comes within *wait*.

        Raises:
            NotFoundError: Nothing is known of it, or it is another user's.
            TransportError: The state cannot be read now.
        """
        entry = await self._current(correlation_id, user_id)
        if entry.settlement or wait <= timedelta(0):
            return entry
        # Listening before reading again: an outcome that comes between the two would not be heard.
        with suppress(NotListeningError):
            async with self.replies.listen(correlation_id, request=entry) as next_reply:
                entry = await self._current(correlation_id, user_id)
                if entry.settlement:
                    return entry
                await next_reply(self._patience(entry, wait))
        # Whatever was heard: the ledger knows better than the bus.
        return await self._current(correlation_id, user_id)

    def _patience(self, entry: Entry, wait: timedelta) -> timedelta:
        return max(timedelta(0), min(wait, entry.deadline - self.now()))

    async def _current(self, correlation_id: CorrelationId, user_id: UserId) -> Entry:
        entry = await self._read(correlation_id, user_id)
        if entry.settlement or self.now() < entry.deadline:
            return entry
        expired = Outcome.unanswered(
            entry, Status.EXPIRED, PAST_DEADLINE, at=self.now(), durability=entry.durability
        )
        await self.record_history(expired)
        return await self._read(correlation_id, user_id)

    async def _read(self, correlation_id: CorrelationId, user_id: UserId) -> Entry:
        entry = (await self.ledger.find((correlation_id,))).get(correlation_id)
        # Another's and unknown look the same: an id must not be worth guessing.
        if entry is None or entry.user_id != user_id:
            raise NotFoundError(f"request {correlation_id}")
        return entry
