"""Find a question its place among the others of its thread."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from cse_chat.domain.errors import (
    IdConflictError,
    MalformedRecordError,
    NotOwnerError,
    ThreadBusyError,
    TransportError,
)
from cse_chat.domain.model.ids import CorrelationId, ThreadId
from cse_chat.domain.model.outcomes import Durability, Problem
from cse_chat.domain.model.questions import ChatRequest, IfBusy
from cse_chat.domain.ports.ledger import Ledger
from cse_chat.domain.ports.lineup import Lineup
from cse_chat.domain.use_cases.cancel_chat import CancelChat

# Where more threads are asked in, their questions go together, and a hint costs more than it saves.
_FEW: Final = 4
_CROWDED_FOR: Final = timedelta(milliseconds=50)

REPLACED = Problem(
    slug="cancelled", detail="The question was cancelled: a later one of its thread replaced it."
)


class Place:
    """The place of one question that is asked here, under way while it is entered.

    Attributes:
        durability: What keeps it, once it is accepted.
        queue_position: How many are open before it, once it is registered; ``None``: not known.
    """

    __slots__ = ("_earlier", "_if_busy", "_places", "durability", "queue_position", "request")

    def __init__(self, places: "TakePlace", request: ChatRequest, if_busy: IfBusy) -> None:
        self.request = request
        self.durability: Durability | None = None
        self.queue_position: int | None = None
        self._places = places
        self._if_busy = if_busy
        self._earlier: tuple[Place, ...] = ()

    def __enter__(self) -> Self:
        """Be found by those that are asked here from now on."""
        under_way = self._places.under_way.setdefault(self.request.thread_id, {})
        if under_way and not self.may_wait:
            # What another user asks in it is no business of this one, and refused later.
            mine = self.request.user_id
            self._earlier = tuple(p for p in under_way.values() if p.request.user_id == mine)
        under_way[self.request.correlation_id] = self
        self._places.note_crowd()
        return self

    def __exit__(self, *_: object) -> None:
        """Be found no more: the ledger knows it, or it was not accepted."""
        self._places.note_crowd()
        thread_id = self.request.thread_id
        under_way = self._places.under_way[thread_id]
        del under_way[self.request.correlation_id]
        if not under_way:
            del self._places.under_way[thread_id]

    @property
    def may_wait(self) -> bool:
        """Whether it waits behind others: then nothing has to be known of them."""
        return self._if_busy is IfBusy.ENQUEUE

    @property
    def is_among_few(self) -> bool:
        """Whether few threads are asked in here, and no more were within the last moments."""
        crowded_at = self._places.crowd.seen_at
        return crowded_at is None or self._places.now() - crowded_at > _CROWDED_FOR

    async def reserve(self) -> None:
        """Have the place kept if the question would not wait: before anything of it is.

        Raises:
            NotOwnerError: The thread is another user's.
            ThreadBusyError: An earlier question is not settled.
            TransportError: Nobody can say.
        """
        if self._if_busy is not IfBusy.REJECT:
            return
        if any(earlier.durability is None for earlier in self._earlier):
            raise ThreadBusyError(self.request.thread_id)
        await self._places.make_known(self._earlier)
        await self._places.lineup.reserve(self.request)

    async def give_back(self) -> None:
        """Let others have it: the question was not accepted."""
        if self._if_busy is IfBusy.REJECT:
            await self._places.lineup.give_back(self.request)

    async def register(self, durability: Durability) -> None:
        """Make the accepted question known, and cancel those before it if it interrupts.

        Raises:
            IdConflictError: The id is another user's or thread's.
            NotOwnerError: The thread is another user's.
        """
        interrupts = self._if_busy is IfBusy.INTERRUPT
        if interrupts:
            await self._places.make_known(self._earlier)
        self.queue_position = await self._places.ledger.register(self.request, durability)
        if interrupts and self.queue_position:
            self.queue_position -= await self._places.replace_others(self.request)


@dataclass(slots=True)
class Crowd:
    """When more than a few threads were asked in at once the last time."""

    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePlace:
    """Decide who comes before whom, by what the ledger knows and what is under way here.

    A question that is quick to be answered is not in the ledger before it is (`SendChat`): those
    that look for others make known first what this process has accepted.

    Attributes:
        under_way: By thread, what is asked here and not over, in the order it came.
        crowd: What `note_crowd` has seen.
    """

    ledger: Ledger
    lineup: Lineup
    cancel_chat: CancelChat
    now: Callable[[], datetime]
    under_way: dict[ThreadId, dict[CorrelationId, Place]] = field(default_factory=dict, init=False)
    crowd: Crowd = field(default_factory=Crowd, init=False)

    def __call__(self, request: ChatRequest, if_busy: IfBusy) -> Place:
        """Return the place of *request*, to be entered before anything is done for it."""
        return Place(self, request, if_busy)

    def note_crowd(self) -> None:
        """Remember it if more than a few threads are asked in now."""
        if len(self.under_way) > _FEW:
            self.crowd.seen_at = self.now()

    async def make_known(self, places: Collection[Place]) -> None:
        """Register what is accepted; what has ended already does not mind."""
        for place in places:
            if place.durability is not None:
                with suppress(IdConflictError, NotOwnerError):  # its own sender is told
                    await self.ledger.register(place.request, place.durability)

    async def replace_others(self, request: ChatRequest) -> int:
        """Cancel what is open before *request*; return how many of them have ended.

        What cannot be cancelled now stays before it: it is accepted, and comes later then.
        """
        try:
            found = await self.ledger.find(await self.lineup.before(request))
        except (TransportError, MalformedRecordError):
            return 0
        # The last first: the one that runs is stopped at once, and the next would begin.
        open_ones = reversed([*found.values()])
        cancelling = (self.cancel_chat.settled(entry, REPLACED) for entry in open_ones)
        ended = await asyncio.gather(*cancelling, return_exceptions=True)
        return sum(not isinstance(end, BaseException) for end in ended)
