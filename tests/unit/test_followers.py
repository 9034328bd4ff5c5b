"""Who follows, and how much is held for them."""

import asyncio
from datetime import timedelta

import pytest

from cse_chat.domain.model.answers import Delta
from cse_chat.domain.ports.events import News
from tests.builders import a_thread_id
from tests.contracts.recorded import utterances
from tests.memory import Memory
from tests.unit.use_cases.followers import SOON, running


async def test_whoever_hears_too_much_text_at_once_reads_the_rest() -> None:
    memory = Memory()
    request, claim = await running(memory)

    async with memory.events.follow(request.thread_id) as next_news:
        heard = []
        for number in range(1, 7):
            said = utterances(Delta("x" * 100_000), first=number, piece=number - 1)
            await memory.ledger.record(claim, said)
            if number in {2, 5, 6}:
                news = await next_news(SOON)
                heard.append((len(news.events), news.missed))

    assert heard == [(2, False), (0, True), (1, False)]


async def test_waits_of_any_length_end_in_their_time_one_after_the_other() -> None:
    memory, loop = Memory(), asyncio.get_running_loop()
    lasted = []

    async with memory.events.follow(a_thread_id()) as next_news:
        for milliseconds in (200, 20, 300, 20, 100):
            waiting = asyncio.ensure_future(next_news(timedelta(seconds=10)))
            await asyncio.sleep(0)
            waiting.cancel()
            begun_at = loop.time()
            async with asyncio.timeout(5):
                await next_news(timedelta(milliseconds=milliseconds))
            lasted.append(loop.time() - begun_at >= milliseconds / 1000 - 0.001)

    assert lasted == [True] * 5


async def test_those_who_wait_equally_long_are_all_woken_and_who_left_is_not() -> None:
    memory, thread_id = Memory(), a_thread_id()
    async with memory.events.follow(thread_id) as gone:
        leaving = asyncio.ensure_future(gone(SOON))
        await asyncio.sleep(0)
    async with (
        memory.events.follow(thread_id) as one,
        memory.events.follow(thread_id) as other,
        asyncio.timeout(5),
    ):
        assert set(await asyncio.gather(one(SOON), other(SOON))) == {News()}
    assert not leaving.done()
    leaving.cancel()


async def test_a_wait_that_is_a_hair_longer_than_a_step_of_the_clock_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """3.2500000000000004 and a half is more than 75 steps of 0.05, by the last bit alone."""
    loop, memory = asyncio.get_running_loop(), Memory()
    now = [3.2500000000000004]
    with monkeypatch.context() as patched:
        patched.setattr(loop, "time", lambda: now[0])
        async with memory.events.follow(a_thread_id()) as next_news:
            waiting = asyncio.ensure_future(next_news(timedelta(seconds=0.5)))
            for later in (3.2500000000000004, 3.75, 3.8):
                now[0] = later
                for _ in range(5):
                    await asyncio.sleep(0)
            assert waiting.done()
