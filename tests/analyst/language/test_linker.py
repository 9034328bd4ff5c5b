"""Every name of the data finds what it names; what is not in the data finds nothing."""

import random

import pytest

from cse_chat.adapters.analyst.language.fuzzy import guess
from cse_chat.adapters.analyst.language.lexicon import Lexicon
from cse_chat.adapters.analyst.language.linker import Linker
from cse_chat.adapters.analyst.language.mentions import Mention, MentionKind
from cse_chat.adapters.analyst.language.text import clean, tokenise
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.market.results.listings import AliasKind, Listing, SecurityKind

# Two companies whose bare names are aliases of better known ones.
NAMED_LIKE_ANOTHER = {"JKL.N0000": "JKH.N0000"}

# Slips after which another name of the data is as near: these are asked back or taken for it.
UNCLEAR_SLIPS = 6


@pytest.fixture(scope="module")
def voting(market: Market) -> list[Listing]:
    return [item for item in market.directory.listings() if item.kind is SecurityKind.VOTING]


def _link(linker: Linker, text: str, *, persons: bool = False) -> tuple[Mention, ...]:
    tokens = linker.corrected(tokenise(clean(text)))
    return linker.link(tokens, persons=persons)


def _symbols(linker: Linker, text: str) -> tuple[str, ...]:
    mentions = _link(linker, text)
    return tuple(
        target for item in mentions if item.kind is MentionKind.COMPANY for target in item.targets
    )


def _bare(listing: Listing) -> str:
    return listing.name.removesuffix(".").removesuffix(" PLC")


def _mistyped(name: str, rng: random.Random) -> str | None:
    """Swap, drop or double a letter of one long word of *name*."""
    words = name.split()
    long = [at for at, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if not long:
        return None
    at = rng.choice(long)
    word, place = words[at], rng.randrange(1, len(words[at]) - 2)
    words[at] = rng.choice(
        [
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
        ]
    )
    return " ".join(words)


def test_every_security_is_found_by_its_symbol_in_any_case(linker: Linker, market: Market) -> None:
    for listing in market.directory.listings():
        for symbol in (listing.symbol, listing.symbol.lower()):
            assert _symbols(linker, f"Price of {symbol}") == (listing.symbol,)


def test_every_company_is_found_by_its_base_symbol(linker: Linker, voting: list[Listing]) -> None:
    for listing in voting:
        for text in (f"{listing.base} please", f"price of {listing.base.lower()}"):
            assert _symbols(linker, text) == (listing.symbol,), text


def test_every_company_is_found_by_its_name(linker: Linker, voting: list[Listing]) -> None:
    for listing in voting:
        for name in (listing.name, listing.name.lower(), listing.name.upper()):
            assert _symbols(linker, f"price of {name}") == (listing.symbol,), name
        expected = NAMED_LIKE_ANOTHER.get(listing.symbol, listing.symbol)
        assert _symbols(linker, f"who owns {_bare(listing)}") == (expected,)


def test_every_company_is_found_by_its_aliases(linker: Linker, market: Market) -> None:
    for alias in market.directory.aliases():
        if alias.kind is AliasKind.COMPANY:
            for text in (f"price of {alias.alias}", f"{alias.alias.title()} share price"):
                assert _symbols(linker, text) == (alias.target,), text


def test_a_slip_of_the_keyboard_does_not_hide_a_company(
    linker: Linker, voting: list[Listing]
) -> None:
    rng = random.Random(20260724)  # noqa: S311 - seeded, so that a failure repeats
    missed = []
    for listing in voting:
        name = _mistyped(_bare(listing), rng)
        if name is not None and _symbols(linker, f"price of {name}") != (listing.symbol,):
            missed.append(name)

    assert len(missed) <= UNCLEAR_SLIPS, missed


def test_sectors_indices_and_auditors_are_found_by_name(linker: Linker, market: Market) -> None:
    for sector in market.directory.sectors():
        (mention,) = _link(linker, f"the {sector.name} sector")
        assert (mention.kind, mention.targets) == (MentionKind.SECTOR, (sector.gics_code,))
    for auditor in market.directory.auditors():
        (mention,) = _link(linker, f"which companies does {auditor} audit")
        assert (mention.kind, mention.targets) == (MentionKind.AUDITOR, (auditor,))
    for name, index in (("aspi", "ASPI"), ("S&P SL20", "SPSL20"), ("all share index", "ASPI")):
        (mention,) = _link(linker, f"how is the {name}")
        assert (mention.kind, mention.targets) == (MentionKind.INDEX, (index,))


def test_most_persons_are_found_by_the_name_that_is_printed(linker: Linker, market: Market) -> None:
    """A printed name that is also a company's or another person's is not counted."""
    persons = market.directory.persons()
    found = 0
    for person in persons:
        mentions = _link(linker, f"which boards does {person.name} sit on", persons=True)
        found += any(person.person_key in item.targets for item in mentions)

    assert found / len(persons) > 0.98


def test_a_surname_names_a_person_only_where_persons_are_asked_for(linker: Linker) -> None:
    assert _link(linker, "Pandithage", persons=True)[0].kind is MentionKind.PERSON
    assert all(item.kind is not MentionKind.PERSON for item in _link(linker, "Pandithage"))


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("price of sun", ("SUN.N0000",)),
        ("the sun is bright", ()),
        ("do you care", ()),
        ("CARE price", ("CARE.N0000",)),
        ("PRICE OF SUN", ("SUN.N0000",)),
        ("DO YOU CARE", ()),
        ("price of it", ()),
        ("Sampath Bank PLC", ("SAMP.N0000",)),
        ("price of PLC", ("PLC.N0000",)),
        ("hnb non voting share", ("HNB.X0000",)),
        ("HNB nonvoting", ("HNB.X0000",)),
        ("price of tyre", ("TYRE.N0000",)),
        ("cargills bank and cargills", ("CBNK.N0000", "CARG.N0000")),
        ("lolc finance", ("LOFC.N0000",)),
        ("L O L C Holdings", ("LOLC.N0000",)),
        ("mackie", ("CWM.N0000",)),
        ("hotels serendib", ()),
    ],
)
def test_words_that_are_symbols_need_capitals_or_the_place_of_a_name(
    linker: Linker, text: str, symbols: tuple[str, ...]
) -> None:
    assert _symbols(linker, text) == symbols


@pytest.mark.parametrize(
    ("text", "is_sector"),
    [
        ("telecom companies", True),
        ("telecom price", False),
        ("IT companies", True),
        ("the IT sector", True),
        ("tyre companies", True),
        ("sector telecom", True),
    ],
)
def test_a_noun_beside_a_word_tells_sector_from_company(
    linker: Linker, text: str, *, is_sector: bool
) -> None:
    kinds = [item.kind for item in _link(linker, text)]

    assert kinds == [MentionKind.SECTOR if is_sector else MentionKind.COMPANY]


@pytest.mark.parametrize("name", ["Renuka", "Softlogic", "Kelani", "Serendib", "renuka shares"])
def test_the_name_of_a_family_gives_its_companies_to_choose_from(linker: Linker, name: str) -> None:
    (mention,) = _link(linker, f"price of {name}")

    assert mention.kind is MentionKind.FAMILY
    assert len(mention.targets) > 1


@pytest.mark.parametrize(
    "name",
    [
        "Tesla",
        "Expolanka",
        "Uber",
        "Reliance",
        "Toyota",
        "Bank of Ceylon",
        "People's Bank",
        "National Savings Bank",
        "Nestle",
        "comercial leasing",
        "nashanal devlopment bank",
        "ZZZZ.N0000",
    ],
)
def test_what_is_not_listed_does_not_link(linker: Linker, name: str) -> None:
    mentions = _link(linker, f"price of {name}")

    assert [item.kind for item in mentions] == [MentionKind.UNKNOWN]


def test_a_name_written_too_differently_is_offered_but_never_taken(linker: Linker) -> None:
    (mention,) = _link(linker, "price of nashanal devlopment bank")

    assert "NDB.N0000" in mention.targets


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("dockyards colombo", "DOCK.N0000"),
        ("mercantil investmints", "MERC.N0000"),
        ("eliya nuwara hotel", "NEH.N0000"),
        ("softlogick", None),  # a family
        ("nashanal development bank", None),  # two names are nearly as good
        ("comercial leasing", None),
        ("reliance", None),  # not from the first letter
        ("national bank", None),  # nothing but generic words
        ("zzzzzz", None),
    ],
)
def test_a_fuzzy_match_is_taken_only_when_it_is_clear(
    market: Market, name: str, symbol: str | None
) -> None:
    assert guess(name.split(), Lexicon.of(market.directory)).symbol == symbol
