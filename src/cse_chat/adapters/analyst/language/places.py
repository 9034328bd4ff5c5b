"""What the words beside a name say: that it is one, of a company, of a sector."""

from collections.abc import Sequence

from cse_chat.adapters.analyst.language.text import Token, word_set
from cse_chat.adapters.analyst.language.vocabulary import (
    AFTER_NAME,
    BEFORE_NAME,
    CORPORATE_SUFFIXES,
)

_SECTOR_NOUNS = word_set(
    "sector sectors industry industries company companies stock stocks share shares firm firms "
    "counter counters index listed plays names subsector group",
)


def names_something(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Say whether a name must stand there: after "of", before "share", or all by itself."""
    before = tokens[start - 1].word if start else ""
    after = tokens[end].word if end < len(tokens) else ""
    return before in BEFORE_NAME or after in AFTER_NAME or len(tokens) == end - start


def is_no_name(tokens: Sequence[Token], at: int, *, shouted: bool) -> bool:
    """Say whether "PLC", which is also a symbol, only ends a name, or "it" is a pronoun."""
    word = tokens[at].word
    if word == "it":
        return not _is_sector_it(tokens, at, shouted=shouted)
    return word in CORPORATE_SUFFIXES and at > 0 and tokens[at - 1].word not in BEFORE_NAME


def is_sector_noun(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a noun of sectors stands at *at*: "companies", "sector"."""
    # The singular goes with a company's name, too: "sun share price".
    return at < len(tokens) and tokens[at].word in _SECTOR_NOUNS - {"share", "stock", "company"}


def _is_sector_it(tokens: Sequence[Token], at: int, *, shouted: bool) -> bool:
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    return after in _SECTOR_NOUNS or (tokens[at].raw == "IT" and not shouted)


def non_voting_length(tokens: Sequence[Token], at: int) -> int:
    """Return how many tokens from *at* on say "non-voting share"; 0 when none do."""
    words = [token.word for token in tokens[at : at + 2]]
    if words[:2] == ["non", "voting"]:
        return 2
    return 1 if words[:1] in (["nonvoting"], ["nv"], ["x"]) else 0
