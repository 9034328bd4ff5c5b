import gc

import pytest

from cse_chat.entrypoints.collector import seldom_collecting


def test_garbage_is_looked_for_less_often_and_only_while_inside() -> None:
    before = gc.get_threshold()

    with pytest.raises(LookupError), seldom_collecting():
        inside, frozen = gc.get_threshold(), gc.get_freeze_count()
        raise LookupError

    assert inside[0] > before[0]
    assert frozen > 0
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_cycles_are_still_found() -> None:
    """Memory stays bounded: a search comes after so many objects, not never."""
    found: list[int] = []

    def note(phase: str, _: dict[str, int]) -> None:
        found.append(phase == "stop")

    with seldom_collecting():
        gc.callbacks.append(note)
        kept: list[list[int]] = [[] for _ in range(60_000)]
        gc.callbacks.remove(note)

    assert kept
    assert any(found)
