"""What brokers send, taken apart in the turn of the loop in which it comes."""

import weakref
from struct import Struct
from typing import Final

from aiokafka.conn import AIOKafkaConnection

_SIZE: Final = Struct(">i")


class Frames:
    """Puts together what a connection is sent, and has it take each frame as soon as that is whole.

    A fetch comes in two pieces at least: what it says and, straight from a file, the records. The library
    itself begins to read the first in one turn of the loop, sees in the next that more is to come, and so
    on.
    """

    def __init__(self, connection: AIOKafkaConnection) -> None:
        """Keep no *connection* alive that nobody else has."""
        self._connection = weakref.ref(connection)
        self._waiting = bytearray()
        self._is_over = False

    def feed(self, data: bytes) -> None:
        """Take what has come. An error ends the connection, as one of the library's own reading does."""
        connection = self._connection()
        if self._is_over or connection is None or not connection.connected():
            return
        self._waiting += data
        try:
            while connection.connected() and (frame := self._next()) is not None:
                connection._handle_frame(frame)  # noqa: SLF001 - there is no other way in
        except Exception as error:  # noqa: BLE001 - whatever it is, who reads is told
            # Who reads ends the connection in a later turn; what else comes until then is nobody's.
            self._is_over = True
            connection._reader.set_exception(error)  # noqa: SLF001 - the same

    def _next(self) -> bytes | None:
        waiting = self._waiting
        if len(waiting) < _SIZE.size:
            return None
        (size,) = _SIZE.unpack_from(waiting)
        if size < 0:
            raise ValueError(f"a frame of {size} bytes")
        end = _SIZE.size + size
        if len(waiting) < end:
            return None
        with memoryview(waiting) as view:
            frame = bytes(view[_SIZE.size : end])
        del waiting[:end]
        return frame


def take_frames_as_they_come() -> None:
    """Have every connection of this process do so; saying it again changes nothing."""
    # There is no other way in: the client makes its connections itself.
    AIOKafkaConnection._create_reader_task = _create_reader_task  # noqa: SLF001


_as_before = AIOKafkaConnection._create_reader_task  # noqa: SLF001


def _create_reader_task(connection: AIOKafkaConnection) -> object:
    # What is left to its task is to notice the end.
    connection._reader.feed_data = Frames(connection).feed  # noqa: SLF001
    return _as_before(connection)
