"""Find outcomes whose announcement got lost."""

from dataclasses import dataclass
from datetime import timedelta

from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.ports.replies import ReplyBus


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReplies:
    """Look up, for all who have waited long, what the ledger says: one pass.

    Run it at least every half second, and once after each gap of the reply bus: then a lost
    announcement costs at most a second, however many wait, for one read a batch.
    """

    ledger: Ledger
    replies: ReplyBus
    for_longer_than: timedelta = timedelta(seconds=0.5)
    batch: int = 500

    async def __call__(self) -> int:
        """Return how many outcomes were found and told.

        Raises:
            TransportError: The ledger cannot be read now; the next pass tries again.
        """
        ids = self.replies.pending(for_longer_than=self.for_longer_than)
        told = 0
        for start in range(0, len(ids), self.batch):
            found = await self.ledger.find(ids[start : start + self.batch], settled_only=True)
            for entry in found.values():
                if entry.settlement:
                    self.replies.deliver(entry.settlement.outcome)
                    told += 1
        return told
