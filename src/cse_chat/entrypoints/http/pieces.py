"""What is written together to a client that is told much."""

from collections.abc import Iterable, Iterator
from typing import Final

_PIECE: Final = 65_536  # as much as a server holds for a connection before it has us wait


def pieces(frames: Iterable[bytes]) -> Iterator[bytes]:
    """Join *frames* to pieces that are worth a write, and not much larger."""
    piece: list[bytes] = []
    size = 0
    for frame in frames:
        piece.append(frame)
        size += len(frame)
        if size >= _PIECE:
            yield b"".join(piece)
            piece, size = [], 0
    if piece:
        yield b"".join(piece)
