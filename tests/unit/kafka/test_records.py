"""What the library hands out, as records of ours."""

from datetime import UTC, datetime

import pytest
from aiokafka import ConsumerRecord

from cse_chat.adapters.kafka.records import record_of


def _taken(timestamp: int) -> ConsumerRecord:
    return ConsumerRecord(
        topic="t",
        partition=1,
        offset=2,
        timestamp=timestamp,
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=(("empty", None),),
    )


@pytest.mark.parametrize("milliseconds", [-1, 1_784_894_400_000_000, 2**63 - 1])
def test_a_time_that_is_none_does_not_stop_the_line(milliseconds: int) -> None:
    assert record_of(_taken(milliseconds)).timestamp == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_header_without_a_value_has_an_empty_one() -> None:
    assert record_of(_taken(0)).headers == (("empty", b""),)
