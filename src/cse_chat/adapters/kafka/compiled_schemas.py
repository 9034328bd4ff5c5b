"""The library's schemas of Kafka's messages, read and written with one call for all numbers in a row.

By itself the library goes through five functions for each number. Here a schema is looked at once; what
is read and written is the same.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from struct import Struct
from typing import Any, Final

from aiokafka.protocol.types import Array, Bytes, Int8, Int16, Int32, Int64, Schema, String

Reader = Callable[[bytes, int], tuple[Any, int]]
"""Takes the data and where to begin; returns what is there and where it ends.

Raises:
    struct.error: The data ends before.
    ValueError: It ends within text or bytes, or is no text.
"""

Writer = Callable[[Any], bytes]

_LETTERS: Final[dict[Any, str]] = {Int8: "b", Int16: "h", Int32: "i", Int64: "q"}
_LENGTH_OF_TEXT: Final = Struct(">h")
_LENGTH: Final = Struct(">i")
_NOTHING: Final = -1


def reader_of(kind: Any) -> Reader:  # noqa: ANN401 - the library's types have nothing in common
    """Return what reads *kind*, as the library's ``decode`` does.

    Raises:
        KeyError: It is none of those without tags, or compact.
    """
    # Those derived from them are read in another way: they are none of ours.
    if type(kind) is Schema:
        return _reader_of_fields(kind)
    if type(kind) is Array:
        return _reader_of_many(reader_of(kind.array_of))
    if type(kind) is String:
        return _read_text
    return _read_bytes if kind is Bytes else _reader_of_number(Struct(f">{_LETTERS[kind]}"))


def writer_of(kind: Any) -> Writer:  # noqa: ANN401 - the same
    """Return what writes *kind*, as the library's ``encode`` does; raises the same."""
    if type(kind) is Schema:
        return _writer_of_fields(kind)
    if type(kind) is Array:
        return _writer_of_many(writer_of(kind.array_of))
    if type(kind) is String:
        return _write_text
    return _write_bytes if kind is Bytes else Struct(f">{_LETTERS[kind]}").pack


def _runs(schema: Schema) -> Iterator[tuple[Struct | None, list[Any]]]:
    """Return the fields in their order: numbers that follow each other together, others alone."""
    for are_numbers, run in groupby(schema.fields, key=lambda kind: kind in _LETTERS):
        if are_numbers:
            kinds = list(run)
            yield Struct(">" + "".join(_LETTERS[kind] for kind in kinds)), kinds
        else:
            yield from ((None, [kind]) for kind in run)


def _reader_of_fields(schema: Schema) -> Reader:
    steps = [(numbers, reader_of(kinds[0])) for numbers, kinds in _runs(schema)]

    def read(data: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        values: list[Any] = []
        for numbers, reader in steps:
            if numbers is None:
                value, at = reader(data, at)
                values.append(value)
            else:
                values += numbers.unpack_from(data, at)
                at += numbers.size
        return tuple(values), at

    return read


def _writer_of_fields(schema: Schema) -> Writer:
    steps = [(numbers, len(kinds), writer_of(kinds[0])) for numbers, kinds in _runs(schema)]
    count = len(schema.fields)

    def write(values: Sequence[Any]) -> bytes:
        if len(values) != count:
            raise ValueError(f"{len(values)} values for {count} fields")
        parts, at = [], 0
        for numbers, length, writer in steps:
            if numbers is None:
                parts.append(writer(values[at]))
            else:
                parts.append(numbers.pack(*values[at : at + length]))
            at += length
        return b"".join(parts)

    return write


def _reader_of_many(reader: Reader) -> Reader:
    def read(data: bytes, at: int) -> tuple[list[Any] | None, int]:
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if length == _NOTHING:
            return None, at
        values = []
        for _ in range(length):
            value, at = reader(data, at)
            values.append(value)
        return values, at

    return read


def _writer_of_many(writer: Writer) -> Writer:
    def write(values: Sequence[Any] | None) -> bytes:
        if values is None:
            return _LENGTH.pack(_NOTHING)
        return b"".join((_LENGTH.pack(len(values)), *map(writer, values)))

    return write


def _reader_of_number(number: Struct) -> Reader:
    def read(data: bytes, at: int) -> tuple[int, int]:
        return number.unpack_from(data, at)[0], at + number.size

    return read


def _read_text(data: bytes, at: int) -> tuple[str | None, int]:
    found, at = _read_counted(_LENGTH_OF_TEXT, data, at)
    return None if found is None else found.decode(), at


def _write_text(value: str | None) -> bytes:
    return _write_counted(_LENGTH_OF_TEXT, None if value is None else value.encode())


def _read_bytes(data: bytes, at: int) -> tuple[bytes | None, int]:
    return _read_counted(_LENGTH, data, at)


def _write_bytes(value: bytes | None) -> bytes:
    return _write_counted(_LENGTH, value)


def _read_counted(length_of: Struct, data: bytes, at: int) -> tuple[bytes | None, int]:
    (length,) = length_of.unpack_from(data, at)
    at += length_of.size
    if length < 0:
        return None, at
    found = data[at : at + length]
    if len(found) != length:
        raise ValueError(f"{length} bytes should follow, and {len(found)} do")
    return found, at + length


def _write_counted(length_of: Struct, value: bytes | None) -> bytes:
    return length_of.pack(_NOTHING) if value is None else length_of.pack(len(value)) + value
