"""Cleaning what was typed, and cutting it into tokens."""

import re
import unicodedata
from dataclasses import dataclass, replace

MAX_CHARS = 4_000

# Nobody asks in more words: of a longer text its two ends are read, so that its cost is bounded.
_HEAD_TOKENS = 100
_TAIL_TOKENS = 60

# By number, because these look like the ASCII they become: quotes, primes, dashes, the minus.
_PLAIN: dict[int, str] = {
    **dict.fromkeys((0x2018, 0x2019, 0x201A, 0x201B, 0x2032, 0x60, 0xB4, 0x2BC), "'"),
    **dict.fromkeys((0x201C, 0x201D, 0x201E, 0x201F, 0x2033, 0xAB, 0xBB), '"'),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
}

_TOKEN = re.compile(
    r"""
    (?P<symbol>\b[A-Za-z]{2,5}\.[NXRUnxru](?:\d{4})?\b)
  | (?P<date>\b\d{4}[-/]\d{1,2}[-/]\d{1,2}\b | \b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b)
  | (?P<number>(?:(?<!\S)-)?\d(?:[\d,]*\d)?(?:\.\d+)?(?:st|nd|rd|th|bn|mn|k|m|b|d|w|y)?(?![^\W\d_]))
  | (?P<word>[A-Za-z][A-Za-z0-9]*(?:'[A-Za-z]+)*)
  | (?P<script>(?:[^\W\d_A-Za-z]|[\u0900-\u0dff])(?:[^\W_A-Za-z]|[\u0900-\u0dff])*)
  | (?P<digits>\d+)
  | (?P<mark>[&%<>])
    """,
    re.VERBOSE | re.IGNORECASE,
)


def word_set(text: str) -> frozenset[str]:
    """Return the words of *text*, which is split at spaces."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or symbol.

    Attributes:
        raw: As typed, after cleaning.
        word: What is compared: lower case, possessive and apostrophes gone, typos corrected.
    """

    raw: str
    word: str

    def reading(self, word: str) -> "Token":
        """Return the same token, understood as *word*."""
        return replace(self, word=word)


def clean(text: str) -> str:
    """Return *text* in compatibility form on one line, without marks that cannot be seen.

    Zero-width and bidirectional characters go, control characters become spaces, quotes and
    dashes become ASCII. Cleaning twice changes nothing; the result has at most `MAX_CHARS`.
    """
    if text.isascii() and text.isprintable():  # as nearly everything is
        return " ".join(text[:MAX_CHARS].translate(_PLAIN).split())
    # Cut after, too: normalising can make one character into eighteen.
    composed = unicodedata.normalize("NFKC", text[:MAX_CHARS])[:MAX_CHARS].translate(_PLAIN)
    visible = "".join(_visible(char) for char in composed)
    return " ".join(unicodedata.normalize("NFKC", visible).split())[:MAX_CHARS].strip()


def tokenise(text: str) -> tuple[Token, ...]:
    """Cut cleaned *text* into tokens, in order; of a very long one only the two ends."""
    tokens = tuple(_token(match) for match in _TOKEN.finditer(text))
    if len(tokens) <= _HEAD_TOKENS + _TAIL_TOKENS:
        return tokens
    return tokens[:_HEAD_TOKENS] + tokens[-_TAIL_TOKENS:]


def _visible(char: str) -> str:
    match unicodedata.category(char):
        case "Cf" | "Cs" | "Cn":
            return ""
        case "Cc":
            return " "
        case _:
            return char


def _token(match: re.Match[str]) -> Token:
    raw = match.group()
    if raw == "&":
        return Token(raw, "and")
    return Token(raw, raw.lower().removesuffix("'s").replace("'", ""))
