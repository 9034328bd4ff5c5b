"""That compiled schemas write and read what the library's own do."""

import random
import struct
from io import BytesIO
from typing import Any

import pytest
from aiokafka.protocol import fetch, produce
from aiokafka.protocol.types import (
    Array,
    Bytes,
    CompactArray,
    CompactString,
    Int8,
    Int16,
    Int32,
    Int64,
    Schema,
    String,
    UnsignedVarInt32,
)

from cse_chat.adapters.kafka.compiled_schemas import reader_of, writer_of

_BITS = {Int8: 8, Int16: 16, Int32: 32, Int64: 64}
_MESSAGES = [
    kind
    for module, name in ((fetch, "Fetch"), (produce, "Produce"))
    for key, kind in sorted(vars(module).items())
    if key.startswith((f"{name}Request_v", f"{name}Response_v"))
]
_ALONE = {
    "number": Int32,
    "text": String(),
    "bytes": Bytes,
    "numbers": Array(Int32),
    "texts": Array(String("utf-8")),
}


def _value(kind: Any, chance: random.Random) -> Any:  # noqa: ANN401 - the library's
    match kind:
        case Schema():
            return tuple(_value(field, chance) for field in kind.fields)
        case Array():
            return chance.choice(
                [None, *([_value(kind.array_of, chance) for _ in range(n)] for n in (0, 1, 3))]
            )
        case String():
            return chance.choice([None, "", "chat.requests", "රු 100 ✓" * 9])
        case _ if kind is Bytes:
            return chance.choice([None, b"", b"\0", chance.randbytes(300)])
        case _:
            edge = 1 << _BITS[kind] - 1
            return chance.choice([-edge, -1, 0, 1, edge - 1, chance.randrange(-edge, edge)])


@pytest.mark.parametrize(
    "schema",
    [*(kind.SCHEMA for kind in _MESSAGES), *_ALONE.values()],
    ids=[*(kind.__name__ for kind in _MESSAGES), *_ALONE],
)
@pytest.mark.parametrize("seed", range(8))
def test_what_is_written_and_read_is_what_the_library_writes_and_reads(
    schema: Any,  # noqa: ANN401 - the library's
    seed: int,
) -> None:
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    value = _value(schema, chance)

    written = writer_of(schema)(value)

    assert written == schema.encode(value)
    assert schema.decode(BytesIO(written)) == value
    before, behind = b"header", b"what follows"
    assert reader_of(schema)(before + written + behind, len(before)) == (
        value,
        len(before) + len(written),
    )


@pytest.mark.parametrize("kind", [fetch.FetchResponse_v11, produce.ProduceResponse_v8])
def test_what_ends_too_early_is_no_message(kind: Any) -> None:  # noqa: ANN401 - the library's
    chance = random.Random(5)  # noqa: S311 - nothing secret
    values = [_value(kind.SCHEMA, chance) for _ in range(5)]
    for written in map(writer_of(kind.SCHEMA), values):
        for length in range(len(written)):
            with pytest.raises((struct.error, ValueError)):
                reader_of(kind.SCHEMA)(written[:length], 0)


@pytest.mark.parametrize("kind", [CompactString(), CompactArray(Int32), UnsignedVarInt32])
def test_what_is_written_in_another_way_is_none_of_its_business(
    kind: Any,  # noqa: ANN401 - the library's
) -> None:
    for make in (reader_of, writer_of):
        with pytest.raises(KeyError):
            make(Schema(("numbers", kind)))


def test_as_many_values_as_fields_are_written() -> None:
    schema = Schema(("partition", Int32), ("offset", Int64))
    for values in ((1,), (1, 2, 3)):
        with pytest.raises(ValueError, match="values for 2 fields"):
            writer_of(schema)(values)


def test_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(struct.error):
        writer_of(Schema(("error_code", Int16)))([2**15])
