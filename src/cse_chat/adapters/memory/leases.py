"""Which request of a thread is claimed, and until when."""

from collections.abc import Callable
from datetime import timedelta

from cse_chat.adapters.memory.rows import Row
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.ids import ClaimToken, ThreadId


class Leases:
    """One request of each thread may be claimed, for *life* unless that is renewed.

    Attributes:
        claimed: What was claimed last in each thread, until it is released; its lease may have run out.
    """

    def __init__(
        self,
        *,
        life: timedelta,
        monotonic: Callable[[], float],
        new_token: Callable[[], ClaimToken],
    ) -> None:
        self._life = life.total_seconds()
        self._monotonic = monotonic
        self._new_token = new_token
        self.claimed: dict[ThreadId, Row] = {}

    def is_free(self, thread_id: ThreadId) -> bool:
        """Whether a request of the thread may be claimed."""
        holder = self.claimed.get(thread_id)
        return holder is None or not self._is_live(holder)

    def take(self, row: Row) -> ClaimToken:
        """Claim *row*, and return the token that fences off whoever had it, or its thread, before."""
        row.token = token = self._new_token()
        row.lease_until = self._monotonic() + self._life
        self.claimed[row.thread_id] = row
        return token

    def holds(self, claim: Claim, row: Row | None) -> bool:
        """Whether *claim* is of *row*, and of nothing later in its thread."""
        return bool(row and row.token == claim.token and self.claimed.get(row.thread_id) is row)

    def renewed(self, claim: Claim, row: Row | None) -> bool:
        """Renew the lease if *claim* holds; say whether who has it may go on."""
        if row is None or not self.holds(claim, row):
            return False  # or it ran out, and another request of the thread has been claimed
        row.lease_until = self._monotonic() + self._life
        # Settled by another: the agent must stop, and keeps the thread until it has.
        return row.outcome is None

    def end(self, claim: Claim, row: Row) -> None:
        """Let the thread go, if *claim* is the last one of *row*."""
        if row.token != claim.token:
            return
        row.token = None
        row.lease_until = None
        if self.claimed.get(row.thread_id) is row:
            del self.claimed[row.thread_id]

    def _is_live(self, row: Row) -> bool:
        return row.lease_until is not None and row.lease_until > self._monotonic()
