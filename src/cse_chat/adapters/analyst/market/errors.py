"""Arguments that no tool can answer."""

from datetime import date


class ToolArgumentError(ValueError):
    """An argument of a tool names nothing, or is out of range; nothing was looked up."""


class UnknownSymbolError(ToolArgumentError):
    """No security has this symbol."""

    def __init__(self, symbol: str) -> None:
        super().__init__(f"no security has the symbol {symbol!r}")
        self.symbol = symbol


class UnknownSectorError(ToolArgumentError):
    """No sector has this GICS code."""

    def __init__(self, gics_code: str) -> None:
        super().__init__(f"no sector has the GICS code {gics_code!r}")
        self.gics_code = gics_code


class UnknownPersonError(ToolArgumentError):
    """No board has a person of this key."""

    def __init__(self, person_key: str) -> None:
        super().__init__(f"no board has a person of the key {person_key!r}")
        self.person_key = person_key


class InvalidArgumentError(ToolArgumentError):
    """A number, date or combination is not one that the tool takes."""


class OutsideDataError(ToolArgumentError):
    """The day or period lies outside the stored data, `first` to `last`."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"the data reach from {first} to {last}")
        self.first = first
        self.last = last
