"""Who is given the client of a producer first."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from brokers.ports import free_port
from cse_chat.adapters.kafka.batching_producer import Pauses
from cse_chat.adapters.kafka.supervision import Supervision
from cse_chat.domain.errors import TransportError

AWAY = TransportError("away")


@pytest.fixture
async def supervision() -> AsyncGenerator[Supervision]:
    """Where nobody listens: what it has is what a test gives it."""
    nowhere = f"127.0.0.1:{free_port()}"
    supervision = Supervision(nowhere, topics=(), patience=5, pauses=Pauses())
    await supervision.begin()
    client: Any = object()
    supervision.current = client
    supervision._set_usable()
    yield supervision
    supervision.current = None
    await supervision.end()


def in_a_while() -> float:
    return asyncio.get_running_loop().time() + 5


async def test_who_comes_when_it_is_usable_again_goes_behind_those_who_waited(
    supervision: Supervision,
) -> None:
    went: list[int] = []

    async def send(number: int) -> None:
        if supervision.at_once is None:
            await supervision.awaited(in_a_while())
        went.append(number)

    supervision._set_unusable(AWAY)
    sending = [asyncio.create_task(send(number)) for number in range(3)]
    await asyncio.sleep(0)
    sending.append(asyncio.create_task(send(3)))
    supervision._set_usable()
    assert supervision.usable
    assert supervision.at_once is None
    await asyncio.gather(*sending)

    assert went == [*range(4)]
    assert supervision.at_once


async def test_who_waits_waits_on_when_it_is_lost_before_they_go_on(
    supervision: Supervision,
) -> None:
    supervision._set_unusable(AWAY)
    waiting = asyncio.create_task(supervision.awaited(in_a_while()))
    await asyncio.sleep(0)
    supervision._set_usable()
    supervision._set_unusable(AWAY)
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()

    supervision._set_usable()

    assert await waiting is supervision.current


async def test_nobody_waits_longer_than_they_may(supervision: Supervision) -> None:
    supervision._set_unusable(AWAY)

    with pytest.raises(TransportError):
        await supervision.awaited(asyncio.get_running_loop().time() + 0.01)
    assert supervision.at_once is None
