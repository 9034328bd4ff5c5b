"""Dead letters as records: what Spring's tools and ours read in them."""

from dataclasses import replace

import pytest

from cse_chat.adapters.kafka.letters import EncodedLetter, decode_letter, encode_letter
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.records import DeadLetter, Record
from tests.builders import NOON, a_dead_letter, a_record


def _sent(encoded: EncodedLetter) -> Record:
    return Record(
        log="dlq",
        partition=9,
        offset=99,
        timestamp=NOON,
        key=encoded.key,
        value=encoded.value,
        headers=tuple(encoded.headers),
    )


def _letter(record: Record) -> DeadLetter:
    return replace(a_dead_letter(), record=record)


def test_the_headers_are_those_that_others_know() -> None:
    record = replace(a_record(offset=258), partition=3, headers=(("traceparent", b"00-1"),))

    encoded = encode_letter(_letter(record), group="g")

    assert (encoded.key, encoded.value) == (b"thread", b"{}")
    assert encoded.headers == (
        ("traceparent", b"00-1"),
        ("kafka_dlt-original-topic", b"test"),
        ("kafka_dlt-original-partition", b"\0\0\0\3"),
        ("kafka_dlt-original-offset", b"\0\0\0\0\0\0\1\2"),
        ("kafka_dlt-original-timestamp", (1_784_894_400_000).to_bytes(8)),
        ("kafka_dlt-original-consumer-group", b"g"),
        ("kafka_dlt-exception-fqcn", b"agent-failed"),
        ("kafka_dlt-exception-message", b"It failed."),
        ("dlq-reason", b"agent-failed"),
        ("dlq-attempts", b"3"),
        ("dlq-first-failed", b"2026-07-24T12:00:00+00:00"),
        ("x-replay-count", b"0"),
    )


@pytest.mark.parametrize(
    "record",
    [
        a_record(),
        replace(a_record(None), headers=(("a", b""), ("a", b"2"))),
        replace(a_record(b""), key=None),
        replace(a_record(None), key=None),
        replace(a_record(), headers=(("x-replay-count", b"2"),)),
    ],
)
def test_what_is_encoded_is_decoded(record: Record) -> None:
    letter = _letter(record)

    assert decode_letter(_sent(encode_letter(letter, group="g"))) == letter


def test_reasons_of_an_earlier_time_are_not_kept_twice() -> None:
    """A letter that was replayed and failed again would grow each time."""
    earlier = encode_letter(_letter(replace(a_record(), headers=(("mine", b"1"),))), group="g")
    again = encode_letter(_letter(replace(a_record(), headers=tuple(earlier.headers))), group="g")

    names = [name for name, _ in again.headers]
    assert len(names) == len(set(names)) == len(earlier.headers)
    assert ("mine", b"1") in again.headers


def test_a_value_without_room_is_left_out_and_that_is_said() -> None:
    encoded = encode_letter(_letter(a_record(b"large")), group="g", value=False)

    assert encoded.value == b""
    assert ("dlq-omitted", b"value") in encoded.headers


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("kafka_dlt-original-topic", b"t"),),
        (("kafka_dlt-original-topic", b"\xff"), ("kafka_dlt-original-partition", b"")),
    ],
)
def test_what_others_wrote_is_no_letter(headers: tuple[tuple[str, bytes], ...]) -> None:
    with pytest.raises(MalformedRecordError):
        decode_letter(replace(a_record(), headers=headers))
