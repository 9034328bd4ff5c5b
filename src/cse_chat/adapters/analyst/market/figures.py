"""Ratios and rounding that print right to the last digit."""

from decimal import ROUND_HALF_UP, Decimal

from cse_chat.adapters.analyst.market.errors import InvalidArgumentError

MOST_ROWS = 50
# Recorded prices have two decimals, so six digits of a percentage keep all that is known and drop
# the noise of binary division: equal moves compare equal, and a tie stays a tie when rounded.
RATIO_DIGITS = 6


def percent_change(start: float, end: float) -> float:
    """Give the change from *start*, a price or index above 0, to *end* in percent of *start*."""
    return round((end - start) / start * 100, RATIO_DIGITS)


def difference(start: float | None, end: float) -> float | None:
    """Give *end* - *start* to the cent, the precision of recorded prices."""
    return None if start is None else round(end - start, 2)


def rounded(value: float, digits: int) -> Decimal:
    """Round half up, from the shortest decimal form: 2.675 is 2.68, not 2.67 as in binary."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def checked_count(n: int) -> int:
    """Give back *n*, a number of rows from 1 to 50.

    Raises:
        InvalidArgumentError: It is out of range.
    """
    if not 1 <= n <= MOST_ROWS:
        raise InvalidArgumentError(f"{n} rows: 1 to {MOST_ROWS} can be asked for")
    return n
