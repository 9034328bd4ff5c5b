"""Whole numbers, as digits and as words."""

_WORDS = {
    **dict(
        zip(
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            range(1, 11),
            strict=True,
        )
    ),
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "fifty": 50,
}
_LARGEST = 9  # digits of a number of rows or days


def number_of(word: str) -> int | None:
    """Return the whole number that *word* is or spells, up to nine digits."""
    if word.isdecimal() and len(word) <= _LARGEST:
        return int(word)
    return _WORDS.get(word)
