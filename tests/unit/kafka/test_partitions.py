"""Who waits until a client knows the partitions of a topic."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka.errors import TopicAuthorizationFailedError

from cse_chat.adapters.kafka.partitions import Partitions
from cse_chat.domain.errors import TransportError
from tests.waiting import until

TOPIC = "questions"


class Client:
    """As much of the library's as is used; it learns of a topic when a test says so, or raises."""

    def __init__(self) -> None:
        self.cluster = self  # looked at for what stands below
        self._partitions: dict[str, object] = {}
        self.is_said = asyncio.Event()
        self.error: Exception | None = None
        self.when_known: Callable[[], object] = object
        self.looks = 0
        self.given_up = 0

    async def _wait_on_metadata(self, topic: str) -> None:
        self.looks += 1
        try:
            await self.is_said.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if self.error:
            raise self.error
        self._partitions[topic] = object()
        self.when_known()


@pytest.fixture
async def client() -> Client:
    return Client()


@pytest.fixture
async def partitions(client: Client) -> Partitions:
    return Partitions(client)


def in_a_while() -> float:
    return asyncio.get_running_loop().time() + 5


async def test_all_who_wait_go_on_in_one_turn_after_one_look(
    client: Client, partitions: Partitions
) -> None:
    """What the first of them begins then, in the next turn, has what all of them give it."""
    went: list[int | str] = []

    async def wait(number: int) -> None:
        await partitions.learn(TOPIC, in_a_while())
        if not went:
            asyncio.get_running_loop().call_soon(went.append, "the next turn")
        went.append(number)

    waiting = [asyncio.create_task(wait(number)) for number in range(100)]
    await until(lambda: client.looks == 1)
    assert not partitions.are_told(TOPIC)
    client.is_said.set()
    await asyncio.gather(*waiting)

    assert went == [*range(100), "the next turn"]
    assert client.looks == 1
    assert partitions.are_told(TOPIC)


async def test_who_comes_when_it_is_known_and_not_told_yet_waits_as_well(
    client: Client, partitions: Partitions
) -> None:
    waiting = asyncio.create_task(partitions.learn(TOPIC, in_a_while()))
    await until(lambda: client.looks == 1)
    client._partitions[TOPIC] = object()

    assert partitions.are_known(TOPIC)
    assert not partitions.are_told(TOPIC)

    client.is_said.set()
    await waiting
    assert partitions.are_told(TOPIC)


async def test_who_comes_when_they_are_told_goes_on_behind_them(
    client: Client, partitions: Partitions
) -> None:
    went: list[int] = []

    async def wait(number: int) -> None:
        if not partitions.are_told(TOPIC):
            await partitions.learn(TOPIC, in_a_while())
        went.append(number)

    waiting = [asyncio.create_task(wait(number)) for number in range(3)]
    await until(lambda: client.looks == 1)
    client.when_known = lambda: waiting.append(asyncio.create_task(wait(len(waiting))))
    client.is_said.set()
    for number in range(4, 9):  # each turn another comes
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(wait(number)))
    await until(lambda: len(went) == 9)

    assert went == [*range(9)]
    assert partitions.are_told(TOPIC)


async def test_who_comes_when_it_could_not_be_known_has_it_looked_for_anew(
    client: Client, partitions: Partitions
) -> None:
    client.error = TopicAuthorizationFailedError()
    first = asyncio.create_task(partitions.learn(TOPIC, in_a_while()))
    await until(lambda: client.looks == 1)
    partitions.give_up()

    second = asyncio.create_task(partitions.learn(TOPIC, in_a_while()))
    await until(lambda: client.looks == 2)
    client.error = None
    client.is_said.set()

    await asyncio.gather(first, second)


async def test_all_are_told_why_it_cannot_be_known(client: Client, partitions: Partitions) -> None:
    client.error = TopicAuthorizationFailedError()
    waiting = [partitions.learn(TOPIC, in_a_while()) for _ in range(3)]
    client.is_said.set()

    errors = await asyncio.gather(*waiting, return_exceptions=True)

    assert {str(error) for error in errors} == {"Kafka: TopicAuthorizationFailedError"}
    assert {type(error) for error in errors} == {TransportError}


async def test_each_waits_for_its_own_time_and_the_last_ends_the_look(
    client: Client, partitions: Partitions
) -> None:
    waiting = asyncio.create_task(partitions.learn(TOPIC, in_a_while()))
    with pytest.raises(TransportError, match="does not answer"):
        await partitions.learn(TOPIC, asyncio.get_running_loop().time() + 0.01)
    assert client.given_up == 0

    waiting.cancel()
    await asyncio.wait({waiting})
    await until(lambda: client.given_up == 1)

    client.is_said.set()
    await partitions.learn(TOPIC, in_a_while())
    assert client.looks == 2


async def test_who_waits_for_a_client_that_is_given_up_is_let_go(
    client: Client, partitions: Partitions
) -> None:
    waiting = [asyncio.create_task(partitions.learn(TOPIC, in_a_while())) for _ in range(2)]
    await until(lambda: client.looks == 1)

    partitions.give_up()
    partitions.give_up()

    await asyncio.gather(*waiting)
    await until(lambda: client.given_up == 1)
    assert not partitions.are_told(TOPIC)


async def test_who_is_cancelled_as_it_is_told_harms_nobody(
    client: Client, partitions: Partitions
) -> None:
    first, second = (asyncio.create_task(partitions.learn(TOPIC, in_a_while())) for _ in range(2))
    await until(lambda: client.looks == 1)

    first.cancel()
    partitions.give_up()

    await second
    [error] = await asyncio.gather(first, return_exceptions=True)
    assert isinstance(error, asyncio.CancelledError)
