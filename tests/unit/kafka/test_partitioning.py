import random

from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as of_the_library
from hypothesis import example, given
from hypothesis import strategies as st

from cse_chat.adapters.kafka.partitioning import murmur2, partition_of


@given(st.binary(max_size=100))
@example(b"")
@example(b"thread_" + b"a" * 26)
def test_a_key_is_hashed_as_the_library_hashes_it(key: bytes) -> None:
    """So that all records of a thread are in one partition, whoever writes them."""
    assert murmur2(key) == of_the_library(key) & 0xFFFFFFFF


@given(st.binary(max_size=100), st.integers(1, 50))
def test_a_key_has_the_partition_that_the_library_gives_it(key: bytes, number: int) -> None:
    partitions = list(range(number))

    assert partition_of(key, partitions, []) == DefaultPartitioner()(key, partitions, [])


def test_what_has_no_key_goes_to_a_partition_that_can_take_it() -> None:
    random.seed(1)

    assert {partition_of(None, [0, 1, 2], [1, 2]) for _ in range(50)} == {1, 2}
    assert {partition_of(None, [0, 1], []) for _ in range(50)} == {0, 1}
