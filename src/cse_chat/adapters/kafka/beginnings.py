"""Where the reading of partitions began, and what has come since."""

from collections.abc import Mapping


class Beginnings:
    """Knows of each partition the first record that was read, and where it ended then.

    Whatever was there by then, another member of the group may have been given before.
    """

    def __init__(self) -> None:
        self._offsets: dict[int, int] = {}
        self._ends: dict[int, int] = {}

    @property
    def offsets(self) -> Mapping[int, int]:
        """The first offset that was read of each partition."""
        return self._offsets

    def note(self, partition: int, offset: int, *, end: int | None) -> None:
        """Note that the reading of *partition* begins.

        Args:
            partition: Of ours.
            offset: The first that is read.
            end: Where it ended when that was fetched; ``None``: nobody knows.
        """
        self._offsets[partition] = offset
        if end is not None:
            self._ends[partition] = end

    def is_new(self, partition: int, offset: int) -> bool:
        """Say whether a record came later, so that no member before was given it."""
        end = self._ends.get(partition)
        return end is not None and offset >= end

    def read_again(self, ends: Mapping[int, int]) -> None:
        """Note that all that was read is given out once more: only what comes behind *ends* is new."""
        self._ends = dict(ends)

    def forget(self) -> None:
        """Know nothing of any partition: they may be another's."""
        self._offsets.clear()
        self._ends.clear()
