"""A request as a worker gets it, and what a worker says is finished."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Self

from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request in hand.

    Attributes:
        request: What to process.
        record: The same as the log holds it.
        durability: What keeps it until it is finished.
        is_new: Nobody was given it before, as far as its reader can know: one that has lost the
            partition may not know it yet.
    """

    request: ChatRequest
    record: Record
    durability: Durability
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A request that is on its way into the log, and may not arrive.

    Attributes:
        request: As it will be delivered, if it is.
        partition: Where; ``None`` where nothing may have been lost.
        durability: What will keep it.
        is_new: Nobody was given it before, as far as who gave it can know.
    """

    request: ChatRequest
    partition: int | None
    durability: Durability
    is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What need not be delivered again.

    Attributes:
        offsets: By partition, what was finished since it was last said; in no order.
        positions: By partition, where the next reader begins: everything that was delivered
            before it is finished. Offsets have holes, so it need not follow a finished one.
    """

    offsets: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    positions: Mapping[int, int] = field(default_factory=dict)

    def and_then(self, later: Self) -> Self:
        """Return both in one, where *later* was said after this."""
        offsets = dict(self.offsets)
        for partition, found in later.offsets.items():
            offsets[partition] = offsets.get(partition, ()) + found
        return type(self)(offsets=offsets, positions={**self.positions, **later.positions})

    def without(self, partitions: Collection[int]) -> Self:
        """Return what is said of other partitions."""
        return type(self)(
            offsets={p: found for p, found in self.offsets.items() if p not in partitions},
            positions={p: found for p, found in self.positions.items() if p not in partitions},
        )
