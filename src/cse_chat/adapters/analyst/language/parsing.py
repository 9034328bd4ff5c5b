"""Taking one question apart: mentions, days, thresholds, numbers and cues."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.dates import Today, impossible_date
from cse_chat.adapters.analyst.language.fillers import NEUTRAL
from cse_chat.adapters.analyst.language.hints import FoundCue, find_cues
from cse_chat.adapters.analyst.language.linker import Linker
from cse_chat.adapters.analyst.language.mentions import Mention, MentionKind
from cse_chat.adapters.analyst.language.periods import When, find_when
from cse_chat.adapters.analyst.language.places import names_something
from cse_chat.adapters.analyst.language.sinhala import has_sinhala_script, in_english
from cse_chat.adapters.analyst.language.slots import Bounds, find_bounds, find_count, find_ordinal
from cse_chat.adapters.analyst.language.text import Token, tokenise

_PERSON_CUES = frozenset({Cue.BOARD, Cue.SIT, Cue.WHO})
_BARE_NAME = 2  # words of a question that is nothing but a name
_OWNING_VERBS = frozenset({"own", "owns", "owning", "hold", "holds"})
_PLURAL = frozenset({"they", "them", "their", "those", "these", "both"})
_LINKING_WORDS = frozenset({"and", "or", "also", "now", "then"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The parts of one question, without its thread.

    Attributes:
        has_more_bounds: There is a second threshold beside `bounds`.
        no_date: What is written as a date and is none, as typed.
        places: Where each slot stands, by its name.
    """

    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    found: tuple[FoundCue, ...]
    when: When | None
    bounds: Bounds | None
    has_more_bounds: bool
    no_date: str | None
    count: int | None
    ordinal: int | None
    places: Mapping[str, frozenset[int]]
    in_sinhala: bool

    @property
    def cues(self) -> frozenset[Cue]:
        """The hints, wherever they stand."""
        return frozenset(found.cue for found in self.found)

    @property
    def unread(self) -> tuple[int, ...]:
        """The places of words that are part of nothing and may not be left out."""
        read = frozenset().union(*self.places.values()) | {
            at for found in self.found for at in range(found.start, found.end)
        }
        return tuple(
            at
            for at, token in enumerate(self.tokens)
            if at not in read and token.word not in NEUTRAL and not _is_noise(token)
        )

    def said(self, places: Iterable[int]) -> tuple[str, ...]:
        """Return what stands at *places* as typed, neighbours together."""
        runs: list[list[int]] = []
        for at in sorted(places):
            if runs and runs[-1][-1] == at - 1:
                runs[-1].append(at)
            else:
                runs.append([at])
        return tuple(" ".join(self.tokens[at].raw for at in run) for run in runs)

    @property
    def is_plural(self) -> bool:
        """It says "they" or "those", which means all that were listed."""
        return any(token.word in _PLURAL for token in self.tokens)

    @property
    def begins_with_link(self) -> bool:
        """The question goes on from the one before: "and ...", "or ..."."""
        return bool(self.tokens) and self.tokens[0].word in _LINKING_WORDS

    def of_kind(self, kind: MentionKind) -> tuple[str, ...]:
        """Return the targets of all mentions of *kind*, each once, in the order named."""
        targets = (target for item in self.mentions if item.kind is kind for target in item.targets)
        return tuple(dict.fromkeys(targets))

    @property
    def strange_names(self) -> tuple[Mention, ...]:
        """Unknown words that stand where a name does, or are written as one."""
        words = [token for token in self.tokens if token.raw[0].isalpha()]
        # In "What Are The Best Stocks" capitals say nothing.
        titled = all(token.raw[0].isupper() for token in words)
        return tuple(
            item
            for item in self.mentions
            if item.kind is MentionKind.UNKNOWN
            and item.surface.isascii()
            and (
                (item.start > 0 and not titled and item.surface[0].isupper())
                or names_something(self.tokens, item.start, item.end)
                or len(words) <= _BARE_NAME
            )
        )

    def surface_of(self, target: str) -> str:
        """Return how *target* was typed, or itself when it was only meant."""
        return next((item.surface for item in self.mentions if target in item.targets), target)

    def surfaces(self, kind: MentionKind) -> tuple[str, ...]:
        """Return how the mentions of *kind* were typed."""
        return tuple(item.surface for item in self.mentions if item.kind is kind)

    @property
    def asks_holdings(self) -> bool:
        """Whether it asks what a company owns, rather than who owns it."""
        return _asks_holdings(self.tokens, self.mentions, self.found)


def parse(text: str, linker: Linker, today: Today) -> Parsed:
    """Take cleaned *text* apart."""
    tokens = linker.corrected(tuple(in_english(tokenise(text))))
    words: list[str | None] = [token.word for token in tokens]
    about_persons = any(found.cue in _PERSON_CUES for found in find_cues(words))
    mentions = linker.link(tokens, persons=about_persons)
    words = _without(words, _places(mentions))
    no_date = impossible_date([word or "" for word in words], today)
    when, days = find_when(words, today)
    words = _without(words, days)
    bounds, threshold = find_bounds(words)
    words = _without(words, threshold)
    more_bounds, _ = find_bounds(words)
    found = find_cues(words)
    # The number of "52 week high" is part of a cue and counts nothing.
    left = _without(words, frozenset(at for cue in found for at in range(cue.start, cue.end)))
    ordinal, place = find_ordinal(words)
    count, number = find_count(_without(left, place))
    # "Top 5 and bottom 5" says it twice.
    said = {left[at] for at in number}
    number |= frozenset(at for at, word in enumerate(left) if word is not None and word in said)
    known = [item for item in mentions if item.kind is not MentionKind.UNKNOWN]
    return Parsed(
        tokens=tokens,
        mentions=mentions,
        found=found,
        when=when,
        bounds=bounds,
        has_more_bounds=more_bounds is not None,
        no_date=no_date,
        count=count,
        ordinal=ordinal,
        places={
            "names": _places(known),
            "when": days,
            "bounds": threshold,
            "count": number,
            "ordinal": place,
        },
        in_sinhala=has_sinhala_script(text),
    )


def _is_noise(token: Token) -> bool:
    """Say whether *token* is one letter, a repeated sign or the like, which asks for nothing."""
    return len(token.word) == 1 and not token.word.isdecimal() and token.word not in "<>%"


def _places(mentions: Iterable[Mention]) -> frozenset[int]:
    return frozenset(at for item in mentions for at in range(item.start, item.end))


def _without(words: Sequence[str | None], places: frozenset[int]) -> list[str | None]:
    return [None if at in places else word for at, word in enumerate(words)]


def _asks_holdings(
    tokens: Sequence[Token], mentions: Sequence[Mention], found: Sequence[FoundCue]
) -> bool:
    companies = [item for item in mentions if item.kind is not MentionKind.SECTOR]
    first = min((item.start for item in companies), default=len(tokens))
    last = max((item.start for item in companies), default=-1)
    for item in found:
        word = tokens[item.start].word
        if item.cue is Cue.OWNED:
            # "owned by X" asks what X has; "X is owned by" asks who has X.
            return last > item.start and first > item.start
        if item.cue is Cue.SUBSIDIARY:
            article = tokens[item.start - 1].word if item.start else ""
            return not (word == "subsidiary" and article in {"a", "whose"})
        if item.cue is Cue.OWN and word in _OWNING_VERBS:
            asks_who_after = any(
                other.cue is Cue.WHO and other.start > item.start for other in found
            )
            return not asks_who_after and (
                first < item.start or _is_pronoun(tokens, item.start - 1)
            )
    return False


def _is_pronoun(tokens: Sequence[Token], at: int) -> bool:
    return at >= 0 and tokens[at].word in {"it", "they", "he", "company", "one"}
