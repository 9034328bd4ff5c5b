"""How far one partition is acknowledged, with the records that are no requests in between."""

from collections import deque
from dataclasses import dataclass


@dataclass(slots=True)
class _SetAside:
    offset: int
    after: int | None  # the delivery before it
    is_kept: bool = False


class PartitionProgress:
    """One partition, from its assignment until it is revoked.

    A reader knows of deliveries only. A record that is set aside is passed once its letter is
    kept and all that was delivered before it is finished; until then nothing behind it counts.
    """

    __slots__ = ("_delivered", "_kept", "_said", "_set_aside", "position")

    def __init__(self) -> None:
        self.position: int | None = None
        """Where the next reader begins; ``None`` where this one began."""
        self._said: int | None = None  # by the reader
        self._delivered: int | None = None
        self._set_aside: deque[_SetAside] = deque()
        self._kept: set[int] = set()  # survive rewinding: their letters need not come twice

    def deliver(self, offset: int) -> None:
        """Note that *offset* is in the reader's hands; it is higher than all before."""
        self._delivered = offset

    def set_aside(self, offset: int) -> bool:
        """Note that *offset* is no request; say whether its letter is kept already."""
        is_kept = offset in self._kept
        self._set_aside.append(_SetAside(offset, self._delivered, is_kept))
        self._advance()
        return is_kept

    def keep(self, offset: int) -> None:
        """Note that the letter of *offset* is kept."""
        self._kept.add(offset)
        for entry in self._set_aside:
            if entry.offset == offset:
                entry.is_kept = True
        self._advance()

    def finish(self, position: int) -> None:
        """Note that everything that was delivered before *position* is finished."""
        self._said = max(position, self._said or 0)
        self._advance()

    def rewind(self) -> None:
        """Note that everything from `position` on is read again."""
        self._set_aside.clear()
        self._delivered = None
        self._said = None

    def _advance(self) -> None:
        said = self._said
        while self._set_aside:
            entry = self._set_aside[0]
            if entry.after is not None and (said is None or said <= entry.after):
                break  # deliveries before it are unfinished
            if not entry.is_kept:
                # What is finished behind it must wait for it.
                said = None if said is None else min(said, entry.offset)
                break
            self._set_aside.popleft()
            self._kept.discard(entry.offset)
            said = max(entry.offset + 1, said or 0)
        if said is not None:
            self.position = max(said, self.position or 0)
