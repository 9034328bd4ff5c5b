"""The server's time, as a process knows it."""

from datetime import UTC, datetime

import pytest

from cse_chat.adapters.redis.clock import ServerClock
from cse_chat.adapters.redis.connection import RedisConnection

UNUSED = RedisConnection("redis://127.0.0.1:1")


class Seconds:
    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def steady() -> Seconds:
    return Seconds()


@pytest.fixture
def clock(steady: Seconds) -> ServerClock:
    return ServerClock(UNUSED, wall=lambda: 1_000.0, steady=steady)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_before_anything_is_learnt_it_is_the_local_time(
    clock: ServerClock, steady: Seconds
) -> None:
    steady.now += 5

    assert clock() == _at(1_005)
    assert not clock.has_learnt


def test_the_server_read_its_clock_half_way(clock: ServerClock, steady: Seconds) -> None:
    asked = steady.now
    steady.now += 0.5

    clock.learn((b"5000", b"250000"), asked=asked)

    assert clock() == _at(5_000.5)
    assert clock.has_learnt


def test_it_goes_on_while_the_server_is_away(clock: ServerClock, steady: Seconds) -> None:
    clock.learn((b"5000", b"0"), asked=steady.now)
    steady.now += 3_600

    assert clock() == _at(8_600)


def test_a_slow_reply_does_not_shake_it(clock: ServerClock, steady: Seconds) -> None:
    clock.learn((b"5000", b"0"), asked=steady.now)
    asked = steady.now
    steady.now += 2

    clock.learn((b"5000", b"100000"), asked=asked)  # half way would be 0.9 s off

    assert clock() == _at(5_002)


def test_a_quicker_reply_is_believed(clock: ServerClock, steady: Seconds) -> None:
    asked = steady.now
    steady.now += 2
    clock.learn((b"5000", b"0"), asked=asked)

    clock.learn((b"5001", b"500000"), asked=steady.now)

    assert clock() == _at(5_001.5)


@pytest.mark.parametrize("step", [3_600, -3_600])
def test_a_server_whose_clock_was_set_is_followed(
    clock: ServerClock, steady: Seconds, step: int
) -> None:
    clock.learn((b"50000", b"0"), asked=steady.now)
    asked = steady.now
    steady.now += 1

    clock.learn((b"%d" % (50_000 + step), b"500000"), asked=asked)

    assert clock() == _at(50_001 + step)
