import asyncio

from cse_chat.adapters.kafka.buffer import Buffer


def _buffer(*, records: int = 4, weight: int = 100) -> Buffer[int]:
    return Buffer(records=records, weight=weight, weigh=abs)


async def test_what_is_put_comes_out_in_order() -> None:
    buffer = _buffer()
    buffer.extend([3, 1, 2])

    assert [await buffer.take() for _ in range(3)] == [3, 1, 2]


async def test_many_records_make_it_full_and_half_of_them_low() -> None:
    buffer = _buffer(records=4)
    buffer.extend([1, 1, 1, 1])
    seen = [(buffer.is_full, buffer.is_low)]
    for _ in range(2):
        await buffer.take()
        seen.append((buffer.is_full, buffer.is_low))

    assert seen == [(True, False), (False, False), (False, True)]


async def test_much_weight_makes_it_full() -> None:
    buffer = _buffer(weight=10)
    buffer.extend([10])
    assert buffer.is_full

    await buffer.take()
    assert buffer.is_low


def test_it_weighs_nothing_once_it_is_cleared() -> None:
    buffer = _buffer(weight=10)
    buffer.extend([10])

    buffer.clear()

    assert buffer.is_low


async def test_whoever_waits_gets_what_comes_later() -> None:
    buffer = _buffer()
    taking = asyncio.create_task(buffer.take())
    await asyncio.sleep(0)

    buffer.extend([7])

    assert await taking == 7


async def test_nothing_comes_out_of_a_closed_one() -> None:
    buffer = _buffer()
    taking = asyncio.create_task(buffer.take())
    await asyncio.sleep(0)

    buffer.close()
    buffer.extend([7])

    assert await taking is None
