"""Who talks here, what is borne of them, and how they are let go."""

import asyncio
from datetime import timedelta

from cse_chat.entrypoints.http.sockets import closings
from cse_chat.entrypoints.http.sockets.closings import Closing
from cse_chat.entrypoints.http.sockets.pace import Pace
from cse_chat.entrypoints.sockets import CLOSE_CODES, Sockets

HOUR = timedelta(hours=1)


class Talker:
    """A socket that only notes that it was told to leave."""

    def __init__(self) -> None:
        self.told = 0
        self.is_looking = asyncio.Event()

    def leave(self) -> None:
        self.told += 1

    def look(self) -> None:
        self.is_looking.set()


async def test_everybody_is_let_go_once_and_whoever_comes_later_too() -> None:
    sockets, first, gone, late = Sockets(), Talker(), Talker(), Talker()
    with sockets.holding(first, idle=HOUR):
        with sockets.holding(gone, idle=HOUR):
            assert len(sockets) == 2
        sockets.let_go()
        with sockets.holding(late, idle=HOUR):
            pass

    assert (first.told, gone.told, late.told) == (1, 0, 1)
    assert len(sockets) == 0


async def test_the_end_waits_until_nobody_is_there_but_not_for_ever() -> None:
    sockets = Sockets()
    await sockets.gone(within=HOUR)

    with sockets.holding(Talker(), idle=HOUR):
        await sockets.gone(within=timedelta(milliseconds=1))
        assert len(sockets) == 1
        waiting = asyncio.create_task(sockets.gone(within=HOUR))
        await asyncio.sleep(0)
        assert not waiting.done()
    async with asyncio.timeout(5):
        await waiting


async def test_all_are_told_to_look_again_and_again_while_they_are_open() -> None:
    sockets, one, other = Sockets(), Talker(), Talker()
    idle = timedelta(milliseconds=60)
    with sockets.holding(one, idle=idle), sockets.holding(other, idle=idle):
        for talker in (one, other, one, other):
            async with asyncio.timeout(5):
                await talker.is_looking.wait()
            talker.is_looking.clear()


def test_codes_that_are_a_clients_own_are_counted_as_one() -> None:
    sockets = Sockets()
    for code in (1000, 4000, 3999, 4404):
        sockets.count_closed(code)

    counted = {code: count for code, count in sockets.closed.items() if count}
    assert counted == {"1000": 1, "4404": 1, "other": 2}


def test_every_closing_is_counted_by_its_code_and_fits_into_a_frame() -> None:
    ours = [value for value in vars(closings).values() if isinstance(value, Closing)]

    assert {str(closing.code) for closing in ours} <= set(CLOSE_CODES)
    assert all(0 < len(closing.reason.encode()) <= 123 for closing in ours)


def test_a_burst_is_allowed_and_then_a_steady_pace() -> None:
    now = [0.0]
    pace = Pace(rate=2, burst=3, monotonic=lambda: now[0])
    assert [pace.allows_one() for _ in range(4)] == [True, True, True, False]

    now[0] += 0.5
    assert [pace.allows_one() for _ in range(2)] == [True, False]

    now[0] += 1_000  # what was not used is not kept beyond a burst
    assert [pace.allows_one() for _ in range(4)] == [True, True, True, False]
