"""How far behind a consumer is, from what its library knows."""

import asyncio
from collections.abc import Collection, Mapping

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import (
    KafkaConnectionError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)

from cse_chat.adapters.kafka.errors import UnconfirmedError, reason_of
from cse_chat.adapters.kafka.lags import Lag, Lags
from cse_chat.domain.errors import OverloadedError, TransportError

ONE, TWO = TopicPartition("t", 1), TopicPartition("t", 2)


class Consumer:
    """The part of the library's consumer that is looked at."""

    def __init__(self, ends: Mapping[TopicPartition, int] | Exception) -> None:
        self._subscription = SubscriptionState()
        self._subscription.subscribe({"t"})
        self._ends = ends
        self.held: set[TopicPartition] = set()
        self.asked = 0

    def assign(self, *places: TopicPartition) -> None:
        self._subscription.assign_from_subscribed(set(places))

    def read(self, place: TopicPartition, *, position: int, end: int | None) -> None:
        state = self._subscription.subscription.assignment.state_value(place)
        state.await_reset(0)
        state.reset_to(position)
        state.highwater = end

    def paused(self) -> set[TopicPartition]:
        return self.held

    async def end_offsets(self, _: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        self.asked += 1
        if isinstance(self._ends, Exception):
            raise self._ends
        return self._ends


async def test_what_is_left_is_counted_from_what_was_read_and_from_what_was_committed() -> None:
    consumer = Consumer({})
    consumer.assign(ONE, TWO)
    consumer.read(ONE, position=7, end=10)
    consumer.read(TWO, position=5, end=5)

    assert Lags(consumer).told({1: 4}) == {ONE: Lag(3, 6), TWO: Lag(0, 0)}


async def test_what_is_not_known_yet_is_not_told() -> None:
    consumer = Consumer({})
    assert Lags(consumer).told({}) == {}  # nothing is assigned
    consumer.assign(ONE, TWO)
    consumer.read(ONE, position=7, end=None)  # nothing was fetched; of the other not even begun

    assert Lags(consumer).told({}) == {}


async def test_what_is_another_s_is_not_told_any_more() -> None:
    consumer = Consumer({})
    consumer.assign(ONE, TWO)
    for place in (ONE, TWO):
        consumer.read(place, position=0, end=1)
    consumer.assign(TWO)
    consumer.read(TWO, position=0, end=1)

    assert Lags(consumer).told({}).keys() == {TWO}


async def test_the_end_of_what_is_paused_is_asked_for_now_and_then() -> None:
    """What is paused fetches nothing, and nothing else would tell that it grows."""
    consumer = Consumer({ONE: 90})
    consumer.assign(ONE)
    consumer.read(ONE, position=7, end=10)
    lags = Lags(consumer)
    await lags.look()
    assert consumer.asked == 0

    consumer.held = {ONE}
    await lags.look()
    await lags.look()

    assert consumer.asked == 1
    assert lags.told({}) == {ONE: Lag(83, 83)}


@pytest.mark.parametrize("error", [KafkaConnectionError(), TimeoutError()])
async def test_an_end_that_nobody_tells_leaves_what_is_known(error: Exception) -> None:
    consumer = Consumer(error)
    consumer.assign(ONE)
    consumer.read(ONE, position=7, end=10)
    consumer.held = {ONE}
    lags = Lags(consumer)

    async with asyncio.timeout(5):
        await lags.look()

    assert lags.told({}) == {ONE: Lag(3, 3)}


def _refused(cause: Exception) -> TransportError:
    error = TransportError("refused")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OverloadedError("4,000 wait"), "overloaded"),
        (UnconfirmedError("in time"), "unconfirmed"),
        (_refused(MessageSizeTooLargeError()), "refused"),
        (_refused(TopicAuthorizationFailedError("t")), "refused"),
        (_refused(KafkaConnectionError()), "unsent"),
        (TransportError("not connected"), "unsent"),
    ],
)
def test_why_a_record_was_not_sent_is_one_word(
    error: OverloadedError | TransportError, reason: str
) -> None:
    assert reason_of(error) == reason
