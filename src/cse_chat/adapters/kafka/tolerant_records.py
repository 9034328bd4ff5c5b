"""Records whose headers have names that are no UTF-8, read all the same.

The library decodes those names strictly and deep inside: a single foreign record would end every
fetch of its partition for ever, and drop what the same fetch had brought of others. No header that we
know has such a name, so that it is kept readable, ignored like any other, and what is behind it is read.
Likewise a batch that cannot be decompressed: it is handed out as one record, which is no request.
"""

from collections.abc import Iterator
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy, _DefaultRecordPy
from aiokafka.record.memory_records import MemoryRecords
from typing_extensions import override

_LENGTH: Final = slice(8, 12)  # behind the offset; counts what follows
_FRAME: Final = 12
_MAGIC: Final = 16
_WITH_HEADERS: Final = 2


class TolerantRecords:
    """`MemoryRecords`, whose batches read on where a name cannot be decoded."""

    def __init__(self, data: bytes) -> None:
        """Store what one fetch brought of one partition."""
        self._records = MemoryRecords(data)
        self._data = memoryview(data)
        self.size_in_bytes = self._records.size_in_bytes
        self.has_next = self._records.has_next

    def next_batch(self) -> Any:  # noqa: ANN401 - whatever the library's is
        """Return the next batch, as the library reads it if it can."""
        batch = self._records.next_batch()
        stored = self._data
        self._data = stored[_FRAME + int.from_bytes(stored[_LENGTH]) :]
        has_headers = stored[_MAGIC] >= _WITH_HEADERS
        return _TolerantBatch(batch, stored) if has_headers else batch


class _TolerantBatch:
    """A batch that is read by the library and, from where that fails, once more with tolerance."""

    def __init__(self, batch: Any, stored: memoryview) -> None:  # noqa: ANN401 - as above
        self._batch = batch
        self._stored = stored

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as above
        return getattr(self._batch, name)

    def __next__(self) -> Any:  # noqa: ANN401 - as above
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except UnicodeDecodeError:
            for number, record in enumerate(self._tolerated()):
                if number >= read:
                    yield record
        except Exception:
            if read:
                raise
            yield self._unopened()

    def _unopened(self) -> Any:  # noqa: ANN401 - as above
        """Return one record in place of a batch that cannot be decompressed, with all its bytes."""
        batch = _DefaultRecordBatchPy(self._batch_as_stored())
        last = batch.next_offset - 1
        value = bytes(self._batch_as_stored())
        return _DefaultRecordPy(last, batch.max_timestamp, batch.timestamp_type, None, value, [])

    def _tolerated(self) -> Iterator[Any]:
        batch = _DefaultRecordBatchPy(self._batch_as_stored())
        batch._maybe_uncompress()  # noqa: SLF001 - only what it reads from is another
        batch._buffer = _TolerantBytes(batch._buffer)  # noqa: SLF001 - the same
        yield from batch

    def _batch_as_stored(self) -> memoryview:
        return self._stored[: _FRAME + int.from_bytes(self._stored[_LENGTH])]


class _TolerantBytes(bytearray):
    """Bytes whose parts are decoded whatever they are."""

    @override
    def __getitem__(self, place: Any) -> Any:  # a number or a slice
        found = super().__getitem__(place)
        return _TolerantBytes(found) if isinstance(place, slice) else found

    @override
    def decode(self, encoding: str = "utf-8", _errors: str = "strict") -> str:
        return super().decode(encoding, "backslashreplace")


def read_tolerantly() -> None:
    """Have every consumer of this process read so; saying it again changes nothing."""
    # There is no other way in: the fetcher makes these itself.
    fetcher.MemoryRecords = TolerantRecords
