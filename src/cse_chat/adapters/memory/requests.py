"""`RequestLog` and `RequestSource` as one list of records in this process."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection
from datetime import datetime, timedelta

from cse_chat.adapters.wire.requests import EncodedRequest, decode_request, encode_request
from cse_chat.domain.errors import MalformedRecordError, OverloadedError, TransportError
from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.records import DeadLetter, Record
from cse_chat.domain.ports.requests import DeadLetters, Revoked

LOG = "memory"
PARTITION = 0


class InMemoryRequestLog:
    """Keeps what is unfinished, as bytes, the way a broker would.

    Durable as long as the process lives. What a reader had in hand when it went away is given to
    the next one, in order.
    """

    def __init__(
        self,
        *,
        dead_letters: DeadLetters,
        now: Callable[[], datetime],
        default_deadline: timedelta,
        capacity: int = 10_000,
        capacity_bytes: int = 67_108_864,
    ) -> None:
        """Store the arguments.

        Args:
            dead_letters: Where records go that are no requests.
            now: The log's own time.
            default_deadline: For records without one.
            capacity: Unfinished records; beyond it, `append` refuses.
            capacity_bytes: The size of their values together; likewise.
        """
        self._dead_letters = dead_letters
        self._now = now
        self._default_deadline = default_deadline
        self._capacity = capacity
        self._capacity_bytes = capacity_bytes
        self._bytes = 0
        self._unfinished: dict[int, Record] = {}  # by offset, rising
        self._appended: dict[int, ChatRequest] = {}  # what some of them hold, to decode it never
        self._undelivered: deque[Record] = deque()
        self._arrived = asyncio.Event()
        self._next_offset = 0
        self._given = 0  # offsets below it were given to a reader
        self._open = True
        self._revoked: Revoked = _nobody_reads

    def __len__(self) -> int:
        """Return how many requests are not finished."""
        return len(self._unfinished)

    def assigned(self) -> Collection[int]:
        """See `RequestSource.assigned`."""
        return (PARTITION,)

    async def append(self, request: ChatRequest) -> Durability:
        """See `RequestLog.append`."""
        if not self._open:
            raise TransportError("the log is closed")
        encoded = encode_request(request)
        size = self._bytes + len(encoded.value or b"")
        if len(self._unfinished) >= self._capacity or size > self._capacity_bytes:
            raise OverloadedError(f"{len(self._unfinished)} requests are unfinished")
        record = self.append_record(encoded)
        self._appended[record.offset] = request
        return Durability.MEMORY

    def append_record(self, encoded: EncodedRequest) -> Record:
        """Keep bytes as they are, a request or not, as any writer to a broker could."""
        record = Record(
            log=LOG,
            partition=PARTITION,
            offset=self._next_offset,
            timestamp=self._now(),
            key=encoded.key,
            value=encoded.value,
            headers=encoded.headers,
        )
        self._next_offset += 1
        self._unfinished[record.offset] = record
        self._bytes += len(record.value or b"")
        self._undelivered.append(record)
        self._arrived.set()
        return record

    async def deliveries(self, revoked: Revoked) -> AsyncGenerator[Delivery]:
        """See `RequestSource.deliveries`."""
        self._revoked = revoked
        # Whoever read before is gone: what it did not finish comes again, first.
        self._undelivered = deque(self._unfinished.values())
        while True:
            while self._undelivered:
                record = self._undelivered.popleft()
                is_new = record.offset >= self._given
                self._given = max(self._given, record.offset + 1)
                delivery = await self._delivery(record, is_new=is_new)
                if delivery is not None:
                    yield delivery
            if not self._open:
                return
            self._arrived.clear()
            await self._arrived.wait()

    async def acknowledge(self, finished: Finished) -> None:
        """See `RequestSource.acknowledge`."""
        # One by one, not up to the position: what is finished behind a slow one must not fill it.
        for offset in finished.offsets.get(PARTITION, ()):
            self._forget(offset)

    async def rebalance(self) -> None:
        """Take everything from the reader and give it back, as a broker does to its group."""
        await self._revoked({PARTITION})
        self._undelivered = deque(self._unfinished.values())
        self._arrived.set()

    def close(self) -> None:
        """Take nothing more; the reader ends once it has had everything."""
        self._open = False
        self._arrived.set()

    async def unfinished(self) -> tuple[Delivery, ...]:
        """Return what nobody has finished, oldest first; nobody may be reading."""
        found = [await self._delivery(record) for record in tuple(self._unfinished.values())]
        return tuple(delivery for delivery in found if delivery is not None)

    async def _delivery(self, record: Record, *, is_new: bool = False) -> Delivery | None:
        try:
            request = self._appended.get(record.offset) or decode_request(
                record, default_deadline=self._default_deadline
            )
        except MalformedRecordError as error:
            await self._set_aside(record, error)
            return None
        return Delivery(request=request, record=record, durability=Durability.MEMORY, is_new=is_new)

    async def _set_aside(self, record: Record, error: MalformedRecordError) -> None:
        letter = DeadLetter.of_unread(record, error, failed_at=self._now())
        await self._dead_letters.put(letter)
        self._forget(record.offset)

    def _forget(self, offset: int) -> None:
        record = self._unfinished.pop(offset, None)
        self._appended.pop(offset, None)
        if record is not None:
            self._bytes -= len(record.value or b"")


async def _nobody_reads(_: Collection[int]) -> None:
    """Nothing to give free."""
