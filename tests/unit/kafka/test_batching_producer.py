"""What a broker alone does not show: who gathers, who goes first, and leaders that move."""

import asyncio
from typing import Any

import pytest

from cse_chat.adapters.kafka.batching_producer import BatchingProducer, Pauses
from cse_chat.adapters.kafka.errors import UnconfirmedError
from cse_chat.adapters.kafka.outgoing import NotHandedOverError, OutgoingRecord
from cse_chat.adapters.kafka.partitioning import murmur2
from tests.unit.kafka.clusters import TOPIC, Library

NEVER = 3_600.0  # seconds: who waits for so long fails


class Scene:
    def __init__(self, *, linger: float = 0, gathering: float = NEVER) -> None:
        self.library = Library()
        library: Any = self.library
        self.producer = BatchingProducer(
            library,
            pauses=Pauses(linger=linger, longest=NEVER, gathering=gathering),
            on_confirmed=lambda _: None,
            on_broken=lambda _: None,
        )

    def put(self, number: int, *, is_urgent: bool = True, padding: int = 0) -> asyncio.Future[None]:
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        value = b"%d" % number
        headers = [("padding", bytes(padding))]
        record = OutgoingRecord(number, TOPIC, b"key", value, headers, 1e9, confirmed, is_urgent)
        self.producer.put(record)
        return confirmed

    async def two_went(self) -> None:
        """Have two records sent together, and kept."""
        confirmed = [self.put(1), self.put(2)]
        await self.ended(0)
        await asyncio.gather(*confirmed)

    async def ended(self, number: int) -> list[int]:
        """Have what went with flight *number* kept; return which records that were."""
        flight = await self.library.flight(number)
        flight.end()
        return list(flight.numbers[0])


async def _turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def test_what_comes_when_the_leader_has_moved_does_not_overtake_what_waits() -> None:
    scene = Scene()
    confirmed = [scene.put(1)]
    assert scene.producer.waiting == 1
    first = await scene.library.flight(0)
    assert scene.producer.waiting == 0
    confirmed.append(scene.put(2))
    await _turns(1)
    scene.library.leaders[0] = 2
    confirmed.append(scene.put(3))
    await _turns(5)
    assert len(scene.library.flights) == 1
    assert scene.producer.waiting == 2

    first.end()

    assert await scene.ended(1) == [2, 3]
    await asyncio.gather(*confirmed)


async def test_where_a_record_goes_is_known_before_it_is_sent() -> None:
    scene = Scene()
    scene.library.leaders |= dict.fromkeys(range(1, 12), 1)
    scene.library.describe()

    assert scene.producer.partitions.of(TOPIC, b"key") == (murmur2(b"key") & 0x7FFFFFFF) % 12
    assert scene.producer.partitions.of("unknown", b"key") is None


async def test_a_topic_that_has_grown_is_looked_at_anew() -> None:
    scene = Scene()
    confirmed = [scene.put(1)]
    assert await scene.ended(0) == [1]
    scene.library.leaders |= dict.fromkeys(range(1, 12), 1)
    scene.library.describe()

    confirmed.append(scene.put(2))
    flight = await scene.library.flight(1)
    flight.end()
    await asyncio.gather(*confirmed)

    # Any client of Kafka has this key there.
    assert list(flight.numbers) == [murmur2(b"key") % 2**31 % 12] != [0]


async def test_whoever_is_handed_back_by_another_client_stands_before_later_ones() -> None:
    scene = Scene()
    confirmed = [scene.put(number) for number in (5, 4, 6)]

    assert await scene.ended(0) == [4, 5, 6]
    await asyncio.gather(*confirmed)


async def test_a_library_that_breaks_lets_nobody_wait_for_ever() -> None:
    scene = Scene()
    scene.library.error = RuntimeError("odd")

    with pytest.raises(UnconfirmedError, match="RuntimeError"):
        await scene.put(1)
    with pytest.raises(NotHandedOverError):
        await scene.put(2)

    assert scene.producer.is_broken


async def test_of_a_topic_that_is_not_known_any_more_nothing_is_handed_over() -> None:
    scene = Scene()
    confirmed = [scene.put(1)]
    flight = await scene.library.flight(0)
    confirmed += [scene.put(2)]
    await _turns(1)
    scene.library.forget()
    flight.end()

    await confirmed[0]
    with pytest.raises(NotHandedOverError):
        await confirmed[1]
    assert len(scene.library.flights) == 1


async def test_behind_several_that_went_together_the_next_ones_gather() -> None:
    scene = Scene(linger=0.02)
    await scene.two_went()

    confirmed = [scene.put(3)]
    await _turns(5)
    confirmed.append(scene.put(4))

    assert await scene.ended(1) == [3, 4]
    await asyncio.gather(*confirmed)
    scene.producer.give_up()


def test_the_more_went_together_the_longer_the_next_ones_wait_up_to_an_end() -> None:
    pauses = Pauses(linger=0.5, longest=2)

    assert [pauses.behind(went) for went in (2, 3, 4, 1_000)] == [1, 1.5, 2, 2]


async def test_behind_one_that_went_alone_the_next_one_goes_at_once() -> None:
    scene = Scene(linger=NEVER)
    for number in range(3):
        confirmed = scene.put(number)
        await scene.ended(number)
        await confirmed


async def test_as_many_as_went_before_wait_for_no_more() -> None:
    scene = Scene(linger=NEVER)
    confirmed = [scene.put(1), scene.put(2)]
    first = await scene.library.flight(0)
    confirmed += [scene.put(3), scene.put(4)]
    await _turns(2)
    first.end()

    assert await scene.ended(1) == [3, 4]
    await asyncio.gather(*confirmed)
    scene.producer.give_up()


async def test_what_is_not_urgent_waits_for_others_to_go_with() -> None:
    scene = Scene(gathering=0.05)

    confirmed = [scene.put(1, is_urgent=False)]
    await _turns(5)
    confirmed.append(scene.put(2, is_urgent=False))

    assert await scene.ended(0) == [1, 2]
    await asyncio.gather(*confirmed)


async def test_what_is_urgent_takes_along_what_is_not() -> None:
    scene = Scene(gathering=NEVER)
    confirmed = [scene.put(1, is_urgent=False)]
    await _turns(5)
    assert not scene.library.flights

    confirmed += [scene.put(2), scene.put(3, is_urgent=False)]

    assert await scene.ended(0) == [1, 2, 3]
    await asyncio.gather(*confirmed)
    scene.producer.give_up()


async def test_what_is_not_urgent_goes_at_once_when_somebody_hurries() -> None:
    scene = Scene(gathering=NEVER)
    confirmed = [scene.put(1, is_urgent=False)]
    await _turns(5)
    confirmed.append(scene.put(2, is_urgent=False))

    scene.producer.hurry()

    assert await scene.ended(0) == [1, 2]
    await asyncio.gather(*confirmed)
    scene.producer.give_up()


async def test_so_does_what_was_put_in_the_same_turn() -> None:
    scene = Scene(gathering=NEVER)
    confirmed = scene.put(1, is_urgent=False)

    scene.producer.hurry()

    assert await scene.ended(0) == [1]
    await confirmed


async def test_whoever_hurries_ends_the_pause_behind_several() -> None:
    scene = Scene(linger=NEVER)
    await scene.two_went()
    confirmed = scene.put(3)
    await _turns(5)
    assert len(scene.library.flights) == 1

    scene.producer.hurry()

    assert await scene.ended(1) == [3]
    await confirmed


async def test_behind_several_that_were_not_urgent_an_urgent_one_goes_at_once() -> None:
    scene = Scene(linger=NEVER, gathering=0.01)
    confirmed = [scene.put(number, is_urgent=False) for number in (1, 2)]
    assert await scene.ended(0) == [1, 2]
    await asyncio.gather(*confirmed)

    urgent = scene.put(3)

    assert await scene.ended(1) == [3]
    await urgent


async def test_a_small_record_does_not_overtake_one_that_had_no_room() -> None:
    scene = Scene()
    confirmed = [scene.put(number, padding=200_000) for number in (1, 2)]
    confirmed.append(scene.put(3))

    assert await scene.ended(0) == [1]
    assert await scene.ended(1) == [2, 3]
    await asyncio.gather(*confirmed)


async def test_what_had_no_room_in_a_full_batch_gathers_no_more() -> None:
    scene = Scene(gathering=NEVER)
    confirmed = [scene.put(1, padding=200_000)]
    confirmed += [scene.put(number, is_urgent=False, padding=200_000) for number in (2, 3)]

    for number in range(3):
        assert await scene.ended(number) == [number + 1]
    await asyncio.gather(*confirmed)


async def test_what_gathers_is_not_handed_to_a_client_that_has_broken() -> None:
    scene = Scene(gathering=NEVER)
    gathering = scene.put(1, is_urgent=False)
    await _turns(5)

    scene.producer.broken.set_result(None)  # by a batch for another broker, say
    await _turns(10)
    scene.producer.give_up()

    with pytest.raises(NotHandedOverError):
        await gathering
    assert not scene.library.flights


async def test_what_gathers_because_it_is_not_urgent_is_handed_back_when_the_client_breaks() -> (
    None
):
    scene = Scene(gathering=NEVER)
    gathering = scene.put(1, is_urgent=False)
    await _turns(2)

    scene.producer.give_up()
    await scene.producer.end()

    with pytest.raises(NotHandedOverError):
        await gathering
    assert not scene.library.flights


async def test_what_gathers_when_the_client_breaks_is_handed_back_at_once() -> None:
    scene = Scene(linger=NEVER)
    await scene.two_went()
    gathering = scene.put(3)
    await _turns(2)

    scene.producer.give_up()

    with pytest.raises(NotHandedOverError):
        await gathering


async def test_what_is_under_way_ends_before_the_client_does() -> None:
    scene = Scene()
    confirmed = scene.put(1)
    await scene.library.flight(0)

    scene.producer.give_up()
    await scene.producer.end()

    assert scene.library.ended == ["flight", "client", "client"]
    with pytest.raises(UnconfirmedError):
        await confirmed
