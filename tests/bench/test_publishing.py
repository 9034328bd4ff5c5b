"""What is offered is said in order, at its rate, and again when nobody knows."""

import asyncio

from redis.exceptions import ConnectionError as RedisConnectionError

from bench.publishers import event
from bench.publishing import Offer, Offering
from bench.stamps import stamps
from cse_chat.adapters.wire.events import decode_event
from cse_chat.domain.errors import TransportError


class Recorder:
    """A publisher that keeps what it is told, and fails before as often as it is told."""

    def __init__(self, *failures: Exception) -> None:
        self.said: list[tuple[str, int]] = []
        self.texts: list[str] = []
        self._failures = [*failures]

    async def say(self, topic: str, number: int, text: str) -> None:
        await asyncio.sleep(0)
        if self._failures:
            raise self._failures.pop()
        self.said.append((topic, number))
        self.texts.append(text)


async def test_topics_take_turns_and_each_is_told_in_order() -> None:
    recorder = Recorder()

    published = await Offering(Offer(first=3, count=2, rate=100, chars=40))(
        [(recorder, "one"), (recorder, "other")]
    )

    assert recorder.said == [("one", 3), ("other", 3), ("one", 4), ("other", 4)]
    assert [len(text) for text in recorder.texts] == [40] * 4
    assert (published.again, len(published.late_ms)) == (0, 4)
    assert published.seconds >= 0.015  # the last is due then


async def test_what_may_be_lost_is_said_again() -> None:
    recorder = Recorder(TransportError("redis"), RedisConnectionError("gone"))

    published = await Offering(Offer(first=1, count=2, rate=1_000))([(recorder, "one")])

    assert recorder.said == [("one", 1), ("one", 2)]
    assert published.again == 2


def test_others_publish_the_event_that_the_ledger_would_record() -> None:
    told = decode_event(event("topic", 7, "text @0000000000000000001 00000007"))

    assert (told.cursor.offset, told.type) == (7, "delta")
    assert stamps(told.json) == [(1, 7)]
