"""Every name the market data knows, keyed so that spans of tokens can be looked up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.text import clean, tokenise
from cse_chat.adapters.analyst.language.vocabulary import (
    CORPORATE_SUFFIXES,
    GENERIC,
    SECTOR_WORDS,
)
from cse_chat.adapters.analyst.market.directory import Directory
from cse_chat.adapters.analyst.market.results.listings import (
    AliasKind,
    Listing,
    Person,
    Sector,
    SecurityKind,
)

LONGEST_NAME = 9  # tokens; the longest listed name has nine

_KINDS = {
    AliasKind.COMPANY: MentionKind.COMPANY,
    AliasKind.SECTOR: MentionKind.SECTOR,
    AliasKind.INDEX: MentionKind.INDEX,
    AliasKind.PERSON: MentionKind.PERSON,
}

_AUDITORS_FOR_SHORT = {
    "Ernst & Young": ("ey", "e & y"),
    "PricewaterhouseCoopers": ("pwc", "price waterhouse", "price waterhouse coopers"),
}

# The data may have more names of them; these are known even to data without any.
_INDEX_NAMES = (
    ("ASPI", MentionKind.INDEX, "ASPI"),
    *(
        (name, MentionKind.INDEX, "SPSL20")
        for name in ("S&P SL20", "SP SL20", "S P SL20", "SL20", "SL 20")
    ),
)

_SHORTEST_DISTINCTIVE = 5
_SHORTEST_SURNAME = 4


# The same few thousand names are cut for several tables, which is most of the start-up.
@lru_cache(maxsize=8_192)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name as the tokeniser gives them, without punctuation."""
    return tuple(token.word for token in tokenise(clean(name)) if token.word not in "%<>")


def key_of(words: Iterable[str]) -> str:
    """Return the key of a span: its words run together, so that ``L O L C`` is ``lolc``."""
    return "".join(words)


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing a key may stand for; `targets` as in `Mention`."""

    kind: MentionKind
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Look-up tables over the names in the data; built once, never changed.

    Attributes:
        bases: Symbol of the voting share (else of the first security) by base symbol.
        names: Senses by key: aliases and whole names. An alias of a company and of a sector
            gives two senses.
        prefixes: Companies by the key of how their names begin; several make a family.
        distinctive: Company by a word that occurs in its name alone.
        surnames: Person keys by surname.
        titles: Whole names and aliases by symbol, for fuzzy search.
        words: Every word of every name of a company or sector.
    """

    bases: dict[str, str] = field(default_factory=dict)
    symbols: frozenset[str] = frozenset()
    non_voting: dict[str, str] = field(default_factory=dict)
    names: dict[str, tuple[Sense, ...]] = field(default_factory=dict)
    prefixes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    distinctive: dict[str, str] = field(default_factory=dict)
    surnames: dict[str, tuple[str, ...]] = field(default_factory=dict)
    titles: tuple[tuple[str, str], ...] = ()
    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, directory: Directory) -> Self:
        """Read all names of *directory*."""
        listings = directory.listings()
        bases = _bases(listings)
        companies = tuple(item for item in listings if bases[item.base] == item.symbol)
        aliases = directory.aliases()
        titles = tuple(_titles(companies)) + tuple(
            (item.alias, item.target) for item in aliases if item.kind is AliasKind.COMPANY
        )
        senses = _Senses()
        others = ((alias.alias, _KINDS[alias.kind], alias.target) for alias in aliases)
        for name, kind, target in (*others, *_INDEX_NAMES):
            senses.add(words_of(name), kind, target)
        for company in companies:
            for words in _variants(company.name):
                senses.add_unless_alias(words, MentionKind.COMPANY, company.symbol)
            # "Janashakthi" and "Janashakthi Limited" are two companies.
            senses.add_unless_alias(words_of(company.name), MentionKind.COMPANY, company.symbol)
        for sector in directory.sectors():
            for words in _sector_names(sector):
                senses.add_unless_alias(words, MentionKind.SECTOR, sector.gics_code)
        for person in directory.persons():
            for words in _person_names(person):
                senses.add_person(words, person.person_key)
        for auditor in directory.auditors():
            for words in _auditor_names(auditor):
                senses.add_unless_alias(words, MentionKind.AUDITOR, auditor)
        return cls(
            bases=bases,
            symbols=frozenset(item.symbol for item in listings),
            non_voting={
                bases[item.base]: item.symbol
                for item in listings
                if item.kind is SecurityKind.NON_VOTING
            },
            names=senses.frozen(),
            prefixes=_prefixes(companies),
            distinctive=_distinctive(companies),
            surnames=_surnames(directory.persons()),
            titles=titles,
            words=frozenset(
                word
                for name in (
                    *(title for title, _ in titles),
                    *(sector.name for sector in directory.sectors()),
                    *(alias.alias for alias in aliases),
                )
                for word in words_of(name)
            ),
        )


class _Senses:
    """Collects senses by key; what comes first is the preferred one."""

    def __init__(self) -> None:
        self._by_key: dict[str, dict[MentionKind, dict[str, None]]] = {}
        self._aliases: set[str] = set()

    def add(self, words: Sequence[str], kind: MentionKind, target: str) -> None:
        key = key_of(words)
        self._aliases.add(key)
        self._by_key.setdefault(key, {}).setdefault(kind, {}).setdefault(target)

    def add_unless_alias(self, words: Sequence[str], kind: MentionKind, target: str) -> None:
        key = key_of(words)
        if key not in self._aliases:
            self._by_key.setdefault(key, {}).setdefault(kind, {}).setdefault(target)

    def add_person(self, words: Sequence[str], target: str) -> None:
        key = key_of(words)
        known = self._by_key.setdefault(key, {})
        if not known.keys() - {MentionKind.PERSON}:
            known.setdefault(MentionKind.PERSON, {}).setdefault(target)

    def frozen(self) -> dict[str, tuple[Sense, ...]]:
        return {
            key: tuple(_sense(kind, tuple(targets)) for kind, targets in kinds.items())
            for key, kinds in self._by_key.items()
        }


def _sense(kind: MentionKind, targets: tuple[str, ...]) -> Sense:
    if kind is MentionKind.COMPANY and len(targets) > 1:
        return Sense(MentionKind.FAMILY, targets)
    return Sense(kind, targets)


def _bases(listings: Iterable[Listing]) -> dict[str, str]:
    bases: dict[str, str] = {}
    for listing in listings:
        if listing.kind is SecurityKind.VOTING:
            bases[listing.base] = listing.symbol
        else:
            bases.setdefault(listing.base, listing.symbol)
    return bases


def _titles(companies: Iterable[Listing]) -> Iterator[tuple[str, str]]:
    for company in companies:
        for words in _variants(company.name):
            yield " ".join(words), company.symbol


def _variants(name: str) -> Iterator[tuple[str, ...]]:
    """Yield how people write *name*: without PLC, without what is in brackets."""
    bare, _, rest = name.partition("(")
    inside, _, after = rest.partition(")")
    for text in dict.fromkeys((f"{bare} {inside} {after}", f"{bare} {after}")):
        yield _trimmed(words_of(text))


def _trimmed(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[-1] in CORPORATE_SUFFIXES:
        words = words[:-1]
    return words[1:] if words[:1] == ("the",) and len(words) > 1 else words


def _decides(words: Iterable[str]) -> bool:
    return any(len(word) > 1 and word not in GENERIC for word in words)


def _prefixes(companies: Iterable[Listing]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for company in companies:
        for words in _variants(company.name):
            for end in range(1, len(words)):
                if _decides(words[:end]) and words[end - 1] != "and":
                    found.setdefault(key_of(words[:end]), {}).setdefault(company.symbol)
    return {key: tuple(symbols) for key, symbols in found.items()}


def _distinctive(companies: Iterable[Listing]) -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    for company in companies:
        for word in words_of(company.name):
            owners.setdefault(word, set()).add(company.symbol)
    return {
        word: next(iter(symbols))
        for word, symbols in owners.items()
        if len(symbols) == 1 and len(word) >= _SHORTEST_DISTINCTIVE and word not in GENERIC
    }


def _sector_names(sector: Sector) -> Iterator[tuple[str, ...]]:
    words = words_of(sector.name)
    yield words
    yield tuple(word for word in words if word != "and")
    first = words[: words.index("and")] if "and" in words else ()
    if _decides(first) or len(first) > 1:
        yield first
    for name in (*sector.aliases, *SECTOR_WORDS.get(sector.name.lower(), "").split()):
        yield words_of(name)


def _person_names(person: Person) -> Iterator[tuple[str, ...]]:
    yield words_of(person.person_key)
    for name in person.names:
        words = words_of(name)
        spelt = tuple(word for word in words if len(word) > 1)
        if len(words) > 1:
            yield words
        if len(spelt) > 1:
            yield spelt[-2:]
            yield (spelt[0], spelt[-1])


def _auditor_names(name: str) -> Iterator[tuple[str, ...]]:
    words = words_of(name)
    yield words
    yield words[:1]
    yield from (words_of(short) for short in _AUDITORS_FOR_SHORT.get(name, ()))


def _surnames(persons: Iterable[Person]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for person in persons:
        surname = words_of(person.person_key)[-1]
        if len(surname) >= _SHORTEST_SURNAME:
            found.setdefault(surname, []).append(person.person_key)
    return {surname: tuple(keys) for surname, keys in found.items()}
