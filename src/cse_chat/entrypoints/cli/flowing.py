"""Text that comes in pieces, on a terminal whose lines end somewhere."""

import re
from collections.abc import Callable

from rich.cells import cell_len

_PART = re.compile(r"\n|[^\S\n]+|\S+")


class Flow:
    """Writes pieces as they come; where lines have a width, it breaks them between words.

    A word is written once it is known where it ends, which is the next piece, or `end`.

    Attributes:
        text: All that it was given.
    """

    def __init__(self, write: Callable[[str], None], *, width: int | None) -> None:
        """Store the arguments.

        Args:
            write: Takes what is to be seen at once.
            width: In cells; ``None``: whoever reads breaks lines himself.
        """
        self._write = write
        self._width = width
        self._column = 0
        self._blank = ""
        self._word = ""
        self.text = ""

    def add(self, piece: str) -> None:
        """Write what can be written of *piece*."""
        self.text += piece
        if self._width is None:
            self._write(piece)
            return
        for part in _PART.findall(piece):
            if not part.isspace():
                self._word += part
                continue
            self._put_word()
            if part == "\n":
                self._write(part)
                self._column, self._blank = 0, ""
            else:
                self._blank += part

    def end(self) -> None:
        """Write the rest, and end the line."""
        self._put_word()
        self._write("\n")

    def _put_word(self) -> None:
        if not self._word:
            return
        needed = len(self._blank) + cell_len(self._word)
        if self._width and self._column and self._column + needed > self._width:
            self._write("\n")
            self._column, self._blank = 0, ""
        self._write(self._blank + self._word)
        self._column += len(self._blank) + cell_len(self._word)
        self._blank = self._word = ""
