"""What is hinted at, offered and accepted, on its way: told once, late, to the wrong one, or to nobody."""

import asyncio
from collections.abc import Callable
from functools import partial

from cse_chat.adapters.hints import HeardHints
from cse_chat.adapters.wire.hints import decode_hint, encode_hint
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.offers import Offers
from tests.faults.broker import Broker, Member
from tests.faults.failpoints import Process


class HintBus:
    """Tells whoever reads a partition by the time that a hint for it comes; keeps nothing.

    Attributes:
        given: What was hinted at, in order.
        takes: Seconds until a hint comes; ``None``: it is lost.
        hearer: Who is told in place of the partition's reader: one that had it, or will have it.
    """

    def __init__(self, broker: Broker) -> None:
        self.given: list[ChatRequest] = []
        self.takes: float | None = 0.0
        self.hearer: Member | None = None
        self._broker = broker
        self._ears: dict[Member, tuple[HeardHints, Process]] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def listen(self, member: Member, heard: HeardHints, process: Process) -> None:
        """Tell *heard* from now on what comes for *member*, which lives in *process*."""
        self._ears[member] = (heard, process)

    def give(self, request: ChatRequest) -> Hint | None:
        """See `Hints.give`."""
        self.given.append(request)
        self.publish(request)
        return self._hint(request)

    def wake(self, request: ChatRequest) -> None:
        """See `Hints.wake`."""
        hearer = (
            self.hearer
            or self._broker.readers[self._broker.partition_of(request.thread_id.encode())]
        )
        if hearer in self._ears:
            heard, _ = self._ears[hearer]
            asyncio.get_running_loop().call_soon(heard.on_wake)

    def publish(self, request: ChatRequest) -> None:
        """Have *request* hinted at, whoever does it."""
        partition = self._broker.partition_of(request.thread_id.encode())
        coming = partial(self._come, encode_hint(request, reply_to="gateway"), partition)
        if self.takes == 0:
            asyncio.get_running_loop().call_soon(coming)  # timers of one moment have no order
        else:
            _after(self.takes, coming)

    def _hint(self, request: ChatRequest) -> Hint:
        partition = self._broker.partition_of(request.thread_id.encode())
        return Hint(request=request, partition=partition, durability=Durability.KAFKA)

    def _come(self, message: bytes, partition: int) -> None:
        hearer = self.hearer or self._broker.readers[partition]
        if hearer in self._ears:
            telling = asyncio.create_task(self._tell(message, *self._ears[hearer]))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _tell(self, message: bytes, heard: HeardHints, process: Process) -> None:
        await process.pass_through()  # it stays in the socket of one that stands still
        if process.alive:
            request, reply_to = decode_hint(message)
            heard.tell(self._hint(request), reply_to)


class SlowOffers:
    """What is offered and accepted, on its way to where both meet.

    Attributes:
        offer_takes: Seconds until an offer is there; ``None``: it is lost.
        accept_takes: The same of the word that a request is accepted.
    """

    def __init__(self, offers: Offers) -> None:
        self.offer_takes: float | None = 0.0
        self.accept_takes: float | None = 0.0
        self._offers = offers

    def offer(self, hint: Hint, early: EarlyAnswer) -> None:
        """See `Offers.offer`."""
        _after(self.offer_takes, partial(self._offers.offer, hint, early))

    def accept(self, hint: Hint) -> None:
        """See `Offers.accept`."""
        _after(self.accept_takes, partial(self._offers.accept, hint))


def _after(takes: float | None, call: Callable[[], None]) -> None:
    if takes == 0:
        call()
    elif takes is not None:
        asyncio.get_running_loop().call_later(takes, call)
