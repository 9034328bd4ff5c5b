"""How a process opens, and when it counts as started."""

from datetime import timedelta
from types import TracebackType
from typing import Self

import pytest

from cse_chat.entrypoints.processes import Process
from cse_chat.entrypoints.readiness import Readiness


class Part:
    """Writes down when it is opened and closed, and whether the process had started by then."""

    def __init__(
        self, name: str, readiness: Readiness, events: list[str], *, opens: bool = True
    ) -> None:
        self._name = name
        self._readiness = readiness
        self._events = events
        self._opens = opens

    async def __aenter__(self) -> Self:
        if not self._opens:
            raise OSError(self._name)
        self._events.append(f"{self._name} opened, started: {self._readiness.started}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._events.append(f"{self._name} closed")


async def _nothing(_: timedelta) -> None: ...


async def test_it_has_started_once_every_part_is_open() -> None:
    readiness, events = Readiness(dict), list[str]()
    parts = [Part(name, readiness, events) for name in ("store", "service")]

    async with Process(parts=parts, drain=_nothing, readiness=readiness).opened():
        assert readiness.ready

    assert events == [
        "store opened, started: False",
        "service opened, started: False",
        "service closed",
        "store closed",
    ]


async def test_a_part_that_does_not_open_closes_those_before_it_and_nothing_has_started() -> None:
    readiness, events = Readiness(dict), list[str]()
    parts = [
        Part("store", readiness, events),
        Part("service", readiness, events, opens=False),
        Part("never", readiness, events),
    ]

    with pytest.raises(OSError, match="service"):
        async with Process(parts=parts, drain=_nothing, readiness=readiness).opened():
            pass

    assert not readiness.started
    assert events == ["store opened, started: False", "store closed"]
