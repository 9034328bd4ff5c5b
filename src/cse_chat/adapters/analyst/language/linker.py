"""Linking what a question names to securities, sectors, indices and persons."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from cse_chat.adapters.analyst.language.fillers import FILLER, NEUTRAL
from cse_chat.adapters.analyst.language.fuzzy import guess
from cse_chat.adapters.analyst.language.hints import CUE_WORDS
from cse_chat.adapters.analyst.language.lexicon import LONGEST_NAME, Lexicon, Sense, key_of
from cse_chat.adapters.analyst.language.mentions import Mention, MentionKind
from cse_chat.adapters.analyst.language.places import (
    is_no_name,
    is_sector_noun,
    names_something,
    non_voting_length,
)
from cse_chat.adapters.analyst.language.sinhala import has_sinhala_script, without_ending
from cse_chat.adapters.analyst.language.spelling import Speller
from cse_chat.adapters.analyst.language.text import Token
from cse_chat.adapters.analyst.language.transliteration import Skeletons, symbol_called
from cse_chat.adapters.analyst.language.vocabulary import (
    CORPORATE_SUFFIXES,
    DATE_WORDS,
    EVERYDAY,
    GENERIC,
)

_SYMBOL = re.compile(r"([A-Za-z]{2,5})\.([NXRUnxru])(\d{4})?")
_SHORTEST_RUN = 5  # letters of several words run together, unless they are initials
_MOST_GUESSES = 4  # unknown names looked up in one question
_LONG_NAME, _LONG_CUE = 9, 9  # letters from which two edits may be a slip
_LONGEST_GUESS = 5  # words of one unknown name


class Linker:
    """Finds the mentions of a question. Stateless; safe to share between threads.

    Order: full symbol; base symbol in upper case; the longest alias or name; a fuzzy match that
    is clear. What looks like a name and is none of these is an `UNKNOWN` mention.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._known = FILLER | NEUTRAL | CUE_WORDS | GENERIC
        self._names = Speller(
            lexicon.words | frozenset(lexicon.surnames), two_edits_from=_LONG_NAME
        )
        self._cues = Speller(CUE_WORDS | DATE_WORDS, two_edits_from=_LONG_CUE)

    def corrected(self, tokens: Sequence[Token]) -> tuple[Token, ...]:
        """Return *tokens* with each mistyped word read as the cue or name it was meant to be."""
        return tuple(self._corrected(token) for token in tokens)

    def _corrected(self, token: Token) -> Token:
        word = token.word
        if self._is_known(word) or token.raw in self._lexicon.bases:
            return token
        cue = self._cues.nearest(word)
        name = self._names.nearest(word)
        if cue is not None and (name is None or cue[1] <= name[1]):
            return token.reading(cue[0])
        return token if name is None else token.reading(name[0])

    def _is_known(self, word: str) -> bool:
        lexicon = self._lexicon
        return (
            word in self._known
            or self._names.knows(word)
            or word in lexicon.names
            or word.upper() in lexicon.bases
        )

    def link(self, tokens: Sequence[Token], *, persons: bool = False) -> tuple[Mention, ...]:
        """Return the mentions of corrected *tokens*, in order, not overlapping.

        Args:
            tokens: As `corrected` returns them.
            persons: Whether a person may be asked for; then a surname alone is a mention.
        """
        mentions: list[Mention] = []
        at = 0
        # All capitals say nothing: "PRICE OF SUN" has one name, not three.
        shouted = all(token.raw.upper() == token.raw for token in tokens) and len(tokens) > 1
        while at < len(tokens):
            mention = self._at(tokens, at, shouted=shouted, persons=persons)
            if mention is None:
                at += 1
            else:
                mentions.append(mention)
                at = mention.end
        mentions = [item for item in mentions if not _is_half_a_name(item, tokens)]
        others = list(self._unknown(tokens, mentions))
        # The "bank" of a name in Sinhala script is part of it, and no sector.
        inside = {at for item in others for at in range(item.start, item.end)}
        mentions = [item for item in mentions if item.start not in inside]
        return tuple(sorted((*mentions, *others), key=lambda mention: mention.start))

    def _at(
        self, tokens: Sequence[Token], at: int, *, shouted: bool, persons: bool
    ) -> Mention | None:
        if symbol := _SYMBOL.fullmatch(tokens[at].raw):
            return self._of_symbol(symbol, tokens, at)
        for end in range(min(at + LONGEST_NAME, len(tokens)), at + 1, -1):
            if sense := self._of_span(tokens, at, end):
                return self._mention(sense, tokens, at, end)
        if sense := self._of_word(tokens, at, shouted=shouted, persons=persons):
            return self._mention(sense, tokens, at, at + 1)
        return None

    def _of_symbol(self, match: re.Match[str], tokens: Sequence[Token], at: int) -> Mention:
        base, kind, number = match.groups()
        symbol = f"{base}.{kind}{number or '0000'}".upper()
        known = symbol in self._lexicon.symbols
        return Mention(
            kind=MentionKind.COMPANY if known else MentionKind.UNKNOWN,
            targets=(symbol,) if known else (),
            start=at,
            end=at + 1,
            surface=tokens[at].raw,
        )

    def _of_span(self, tokens: Sequence[Token], at: int, end: int) -> Sense | None:
        words = [token.word for token in tokens[at:end]]
        key = key_of(words)
        if len(key) < _SHORTEST_RUN and any(len(word) > 1 for word in words):
            return None
        if senses := self._lexicon.names.get(key):
            return self._preferred(senses, tokens, at, end)
        if symbols := self._lexicon.prefixes.get(key):
            return _of_symbols(symbols)
        return None

    def _of_word(
        self, tokens: Sequence[Token], at: int, *, shouted: bool, persons: bool
    ) -> Sense | None:
        lexicon, token = self._lexicon, tokens[at]
        if is_no_name(tokens, at, shouted=shouted):
            return None
        if token.raw in lexicon.bases and not shouted:
            return Sense(MentionKind.COMPANY, (lexicon.bases[token.raw],))
        senses = lexicon.names.get(token.word, ())
        if token.word in EVERYDAY:
            return self._of_everyday_word(tokens, at, senses)
        if senses:
            return self._preferred(senses, tokens, at, at + 1)
        if persons and (keys := lexicon.surnames.get(token.word)):
            return Sense(MentionKind.PERSON, keys)
        return self._of_part(tokens, at)

    def _of_everyday_word(
        self, tokens: Sequence[Token], at: int, senses: Sequence[Sense]
    ) -> Sense | None:
        """Return the company that a word of every day stands for where a name must stand."""
        symbol = self._lexicon.bases.get(tokens[at].word.upper())
        may_be_company = names_something(tokens, at, at + 1)
        if symbol and may_be_company and not is_sector_noun(tokens, at + 1):
            return Sense(MentionKind.COMPANY, (symbol,))
        if senses:
            sense = self._preferred(senses, tokens, at, at + 1)
            return sense if may_be_company or sense.kind is not MentionKind.COMPANY else None
        return self._of_part(tokens, at) if may_be_company else None

    def _of_part(self, tokens: Sequence[Token], at: int) -> Sense | None:
        """Return what a symbol in lower case, or a part of a name, stands for.

        A word from the middle of a name, or one that was corrected, must stand where a name does:
        "react" was not meant to be "Reach".
        """
        lexicon, token = self._lexicon, tokens[at]
        in_place = names_something(tokens, at, at + 1)
        as_typed = token.raw.lower().startswith(token.word)
        if (as_typed or in_place) and (symbols := lexicon.prefixes.get(token.word)):
            return _of_symbols(symbols)
        if (symbol := lexicon.bases.get(token.word.upper())) and token.word not in CUE_WORDS:
            return Sense(MentionKind.COMPANY, (symbol,))
        if in_place and (symbol := lexicon.distinctive.get(token.word)):
            return Sense(MentionKind.COMPANY, (symbol,))
        return None

    def _preferred(
        self, senses: Sequence[Sense], tokens: Sequence[Token], at: int, end: int
    ) -> Sense:
        """Choose between a company and a sector of one name by the noun beside it."""
        before = tokens[at - 1].word if at else ""
        sectors = [sense for sense in senses if sense.kind is MentionKind.SECTOR]
        if sectors and (is_sector_noun(tokens, end) or before == "sector"):
            return sectors[0]
        return senses[0]

    def _mention(self, sense: Sense, tokens: Sequence[Token], at: int, end: int) -> Mention:
        targets = sense.targets
        if sense.kind in {MentionKind.COMPANY, MentionKind.FAMILY}:
            while end < len(tokens) and tokens[end].word in CORPORATE_SUFFIXES | {"holding"}:
                end += 1
            if length := non_voting_length(tokens, end):
                targets = tuple(self._lexicon.non_voting.get(symbol, symbol) for symbol in targets)
                end += length
        return Mention(
            kind=sense.kind,
            targets=targets,
            start=at,
            end=end,
            surface=" ".join(token.raw for token in tokens[at:end]),
        )

    def _unknown(self, tokens: Sequence[Token], mentions: Sequence[Mention]) -> Iterator[Mention]:
        taken = {at for mention in mentions for at in range(mention.start, mention.end)}
        runs = list(self._runs(tokens, taken))
        for start, end in runs[:_MOST_GUESSES]:
            if has_sinhala_script(tokens[start].raw):
                yield self._in_script(tokens, start, end)
                continue
            found = guess([token.word for token in tokens[start:end]], self._lexicon)
            # One word that only resembles a name must at least stand where a name does.
            is_taken = found.symbol and (end - start > 1 or names_something(tokens, start, end))
            yield Mention(
                kind=MentionKind.COMPANY if is_taken else MentionKind.UNKNOWN,
                targets=(found.symbol,) if is_taken and found.symbol else found.alike,
                start=start,
                end=end,
                surface=" ".join(token.raw for token in tokens[start:end]),
            )

    def _in_script(self, tokens: Sequence[Token], start: int, end: int) -> Mention:
        """Return what a name in Sinhala script stands for, if that is clear."""
        if end < len(tokens) and tokens[end].word in {"bank", "banks"}:
            end += 1
        surface = " ".join(token.raw for token in tokens[start:end])
        words = [token.word for token in tokens[start:end]]
        bare = [without_ending(word) for word in words]
        called = symbol_called(words) or symbol_called(bare)
        symbol = self._lexicon.bases.get(called) if called else None
        symbol = symbol or self._skeletons.find(words) or self._skeletons.find(bare)
        return Mention(
            kind=MentionKind.COMPANY if symbol else MentionKind.UNKNOWN,
            targets=(symbol,) if symbol else (),
            start=start,
            end=end,
            surface=surface,
        )

    @cached_property
    def _skeletons(self) -> Skeletons:
        return Skeletons.of(self._lexicon)

    def _runs(self, tokens: Sequence[Token], taken: set[int]) -> Iterator[tuple[int, int]]:
        """Yield the spans of words that are neither cues nor part of a mention."""

        def is_open(at: int) -> bool:
            return at not in taken and tokens[at].word[0].isalpha()

        def is_strange(at: int) -> bool:
            word = tokens[at].word
            strange = word not in self._known and len(word) > 1
            return is_open(at) and (strange or word in _ONE_OF_SECTOR)

        at = 0
        while at < len(tokens):
            if not is_strange(at):
                at += 1
                continue
            start = end = at
            while start > 0 and is_open(start - 1) and tokens[start - 1].word in _NAME_PARTS:
                start -= 1
            while end < len(tokens) and (
                is_strange(end) or (is_open(end) and tokens[end].word in _NAME_PARTS)
            ):
                end += 1
            if [token.word for token in tokens[end : end + 2]] in _OF_PLACES:
                end += 2
            yield start, min(end, start + _LONGEST_GUESS)
            at = end


def _is_half_a_name(mention: Mention, tokens: Sequence[Token]) -> bool:
    """Say whether a sector is named only because it is part of an unknown name.

    "People's Bank" and "Bank of Ceylon" are no listed companies, but no sector is meant either.
    """
    is_word = mention.kind is MentionKind.SECTOR and mention.end == mention.start + 1
    if not is_word or tokens[mention.start].word not in _ONE_OF_SECTOR:
        return False
    if is_sector_noun(tokens, mention.end):
        return False
    before = tokens[mention.start - 1].word if mention.start else ""
    after = [token.word for token in tokens[mention.end : mention.end + 2]]
    return before in _NAME_PARTS or after in _OF_PLACES


# One company of a sector; the plural, or a noun after it, means the sector.
_ONE_OF_SECTOR = frozenset({"bank", "hotel", "hospital", "leasing", "finance", "insurance"})
_NAME_PARTS = GENERIC - FILLER - CUE_WORDS - {"sri", "and", "of", "the"} | {"people", "peoples"}
_OF_PLACES = (["of", "ceylon"], ["of", "colombo"])


def _of_symbols(symbols: tuple[str, ...]) -> Sense:
    return Sense(MentionKind.COMPANY if len(symbols) == 1 else MentionKind.FAMILY, symbols)
