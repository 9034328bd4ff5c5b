from types import TracebackType
from typing import Self

import pytest

from cse_chat.entrypoints.lifetimes import opened


class Part:
    """Tells when it is opened and closed; may fail to open."""

    def __init__(self, name: str, told: list[str], *, fails: bool = False) -> None:
        self._name = name
        self._told = told
        self._fails = fails

    async def __aenter__(self) -> Self:
        if self._fails:
            raise OSError(self._name)
        self._told.append(f"open {self._name}")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._told.append(f"close {self._name}")


async def test_parts_are_opened_in_order_and_closed_in_reverse() -> None:
    told: list[str] = []

    async with opened([Part("a", told), object(), Part("b", told)]):
        told.append("work")

    assert told == ["open a", "open b", "work", "close b", "close a"]


async def test_one_that_cannot_open_closes_those_before_it() -> None:
    told: list[str] = []

    with pytest.raises(OSError, match="b"):
        async with opened([Part("a", told), Part("b", told, fails=True)]):
            told.append("never")

    assert told == ["open a", "close a"]
