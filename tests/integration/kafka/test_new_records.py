"""What nobody can have been given before: only what comes after a member began to read."""

from cse_chat.adapters.kafka.source import KafkaRequestSource
from cse_chat.domain.ports.requests import DeadLetters, RequestLog
from tests.integration.kafka.places import Place
from tests.integration.kafka.readers import Reader, append
from tests.waiting import until


def new(reader: Reader) -> list[tuple[str, bool]]:
    return [(delivery.request.question.text, delivery.is_new) for delivery in reader.taken]


async def give_two(log: RequestLog, reader: Reader) -> None:
    """Only of the second one it is known that nothing came before it here."""
    await append(log, "a")
    await until(lambda: len(reader.taken) == 1, seconds=10)
    await append(log, "b")
    await until(lambda: len(reader.taken) == 2, seconds=10)


async def test_what_was_there_before_its_member_is_not_new_and_what_comes_then_is(
    place: Place, dead_letters: DeadLetters, log: RequestLog
) -> None:
    """A worker that died may have had it in hand."""
    await append(log, "a", "b")

    async with place.source(dead_letters) as source, Reader(source) as reader:
        await until(lambda: len(reader.taken) == 2, seconds=10)
        await append(log, "c", "d")
        await until(lambda: len(reader.taken) == 4, seconds=10)

    assert new(reader) == [("a", False), ("b", False), ("c", True), ("d", True)]


async def test_the_first_of_a_partition_may_be_anybodys(
    source: KafkaRequestSource, log: RequestLog
) -> None:
    """Nothing was read before that would say where it ended."""
    async with Reader(source) as reader:
        await give_two(log, reader)

    assert new(reader) == [("a", False), ("b", True)]


async def test_what_is_read_again_is_not_new(source: KafkaRequestSource, log: RequestLog) -> None:
    async with Reader(source) as reader:
        await give_two(log, reader)

    async with Reader(source) as next_reader:
        await until(lambda: len(next_reader.taken) == 2, seconds=10)
        await append(log, "c")
        await until(lambda: len(next_reader.taken) == 3, seconds=10)

    assert new(next_reader) == [("a", False), ("b", False), ("c", True)]


async def test_what_another_member_was_given_is_not_new(
    place: Place, dead_letters: DeadLetters, log: RequestLog
) -> None:
    async with place.source(dead_letters) as first, Reader(first) as reader:
        await give_two(log, reader)
        assert new(reader) == [("a", False), ("b", True)]

    async with place.source(dead_letters) as second, Reader(second) as other:
        await until(lambda: len(other.taken) == 2, seconds=15)
        await append(log, "c")
        await until(lambda: len(other.taken) == 3, seconds=10)

    assert new(other) == [("a", False), ("b", False), ("c", True)]


async def test_what_comes_back_to_a_member_after_a_rebalance_is_not_new(
    place: Place, dead_letters: DeadLetters, log: RequestLog
) -> None:
    async with place.source(dead_letters) as first, Reader(first) as reader:
        await give_two(log, reader)
        reader.taken.clear()
        async with place.source(dead_letters) as second, Reader(second) as other:
            await until(lambda: len(reader.taken) + len(other.taken) >= 2, seconds=15)
            other.taken.clear()
        await until(lambda: len(reader.taken) >= 2, seconds=15)

    assert {is_new for _, is_new in new(reader)} == {False}
