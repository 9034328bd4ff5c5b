"""What every `RequestLog` and the `RequestSource` that reads it must do."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing

from cse_chat.domain.model.deliveries import Delivery, Finished
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.requests import DeadLetters, RequestLog, RequestSource
from tests.builders import a_question, a_request, a_thread_id

AppendBytes = Callable[[bytes | None], Awaitable[None]]


class RequestLogContract:
    """Subclass in ``test_*.py`` and give ``log``, ``source``, ``dead_letters``, ``append_bytes``, ``rebalance``.

    ``append_bytes`` writes a value to the log as it is, as any writer to a broker could, into the
    thread ``thread``;
    ``rebalance`` takes all partitions from the reader and gives them back.
    """

    async def test_what_is_appended_is_delivered_unchanged(
        self, log: RequestLog, source: RequestSource
    ) -> None:
        request = a_request(a_question("Prices of \u0da2\u0daf & \u2028 <b>?"))

        durability = await log.append(request)
        [delivery] = await _taken(source, 1)

        assert (delivery.request, delivery.durability) == (request, durability)

    async def test_a_thread_is_delivered_in_the_order_it_was_appended(
        self, log: RequestLog, source: RequestSource
    ) -> None:
        requests = _in_one_thread(5)

        for request in requests:
            await log.append(request)

        assert [d.request for d in await _taken(source, 5)] == requests

    async def test_reading_on_does_not_wait_for_what_is_in_hand(
        self, log: RequestLog, source: RequestSource
    ) -> None:
        """Nothing is done, and all are given out."""
        for _ in range(3):
            await log.append(a_request())

        assert len(await _taken(source, 3)) == 3

    async def test_a_waiting_reader_gets_what_comes_later(
        self, log: RequestLog, source: RequestSource
    ) -> None:
        taking = asyncio.create_task(_taken(source, 1))
        await asyncio.sleep(0.01)

        request = a_request()
        await log.append(request)

        assert [d.request for d in await taking] == [request]

    async def test_what_was_not_done_comes_again_to_the_next_reader_in_order(
        self, log: RequestLog, source: RequestSource
    ) -> None:
        """The first of three was finished; its reader died; the other two come again, first."""
        requests = _in_one_thread(4)
        for request in requests[:3]:
            await log.append(request)
        taken = await _taken(source, 3)
        await source.acknowledge(_finished(taken[0]))
        await log.append(requests[3])

        again = await _taken(source, 3)

        assert [d.request for d in again] == requests[1:]

    async def test_a_reader_that_loses_its_partitions_is_told_before_they_are_delivered_again(
        self, log: RequestLog, source: RequestSource, rebalance: Callable[[], Awaitable[None]]
    ) -> None:
        """What it acknowledges while it is told counts; the rest comes again."""
        requests = _in_one_thread(2)
        for request in requests:
            await log.append(request)
        told: list[int] = []

        async def revoked(partitions: Collection[int]) -> None:
            told.extend(partitions)
            await source.acknowledge(_finished(taken[0]))

        async with asyncio.timeout(20), aclosing(source.deliveries(revoked)) as deliveries:
            taken = [await anext(deliveries), await anext(deliveries)]
            await rebalance()
            again = await anext(deliveries)

        assert taken[0].record.partition in told
        assert again.request == requests[1]

    async def test_acknowledging_twice_changes_nothing(
        self, log: RequestLog, source: RequestSource
    ) -> None:
        first, second = _in_one_thread(2)
        await log.append(first)
        await log.append(second)
        [delivery] = await _taken(source, 1)

        await source.acknowledge(_finished(delivery))
        await source.acknowledge(_finished(delivery))

        assert [d.request for d in await _taken(source, 1)] == [second]

    async def test_a_record_that_is_no_request_is_set_aside_and_does_not_stop_the_line(
        self,
        log: RequestLog,
        source: RequestSource,
        dead_letters: DeadLetters,
        append_bytes: AppendBytes,
    ) -> None:
        """Bytes are kept as they came; what is behind them is delivered."""
        rubbish = [b"\xff\xfe", b"", None, b"[" * 100_000, b'{"message": 7}', b"null"]
        for value in rubbish:
            await append_bytes(value)
        request = a_request(a_question(thread_id="thread"))
        await log.append(request)

        assert [d.request for d in await _taken(source, 1)] == [request]
        letters = await dead_letters.newest(10)
        assert [letter.record.value for letter in reversed(letters)] == rubbish
        assert {letter.reason for letter in letters} == {"malformed-record"}


def _in_one_thread(number: int) -> list[ChatRequest]:
    """Return requests whose order a log keeps."""
    thread = a_thread_id()
    return [a_request(a_question(str(n), thread_id=thread)) for n in range(number)]


async def _taken(source: RequestSource, number: int) -> list[Delivery]:
    """Read *number* deliveries as one reader, which then goes away."""
    taken: list[Delivery] = []
    async with asyncio.timeout(5), aclosing(source.deliveries(_ignored)) as deliveries:
        while len(taken) < number:
            taken.append(await anext(deliveries))
    return taken


def _finished(delivery: Delivery) -> Finished:
    """Return that *delivery*, the first that was delivered of its partition, is finished."""
    record = delivery.record
    return Finished(
        offsets={record.partition: (record.offset,)},
        positions={record.partition: record.offset + 1},
    )


async def _ignored(_: Collection[int]) -> None:
    """Let go of what is revoked."""
