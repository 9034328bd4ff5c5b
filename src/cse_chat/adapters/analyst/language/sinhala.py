"""Words of Sinhala, in its script and romanised, read as the English cue they stand for."""

from collections.abc import Iterator

from cse_chat.adapters.analyst.language.text import Token

_SCRIPT = {
    "මිල": "price",
    "මිලගණන්": "price",
    "ගාන": "price",
    "කීයද": "how much",
    "කීය": "how much",
    "කොච්චරද": "how much",
    "කොපමණද": "how much",
    "අද": "today",
    "ඊයේ": "yesterday",
    "වැඩිම": "most",
    "වැඩියෙන්ම": "most",
    "ඉහළම": "highest",
    "ඉහළ": "high",
    "අඩුම": "lowest",
    "පහළම": "lowest",
    "පහළ": "low",
    "අයිති": "owns",
    "අයිතිය": "ownership",
    "අයිතිකාරයා": "owner",
    "අයිතිකාරයෝ": "owners",
    "හිමි": "owns",
    "හිමිකරු": "owner",
    "හිමිකරුවන්": "owners",
    "හිමිකරුවෝ": "owners",
    "කොටස්හිමියන්": "shareholders",
    "හිමියන්": "owners",
    "කොටස්කරුවන්": "shareholders",
    "කොටස්කරුවෝ": "shareholders",
    "කාගෙද": "owner who",
    "කාගේද": "owner who",
    "මව්": "parent",
    "අයිතිකරු": "owner",
    "අයිතිකරුවන්": "owners",
    "කාටද": "who",
    "කාට": "who",
    "කවුරුද": "who",
    "මොකද්ද": "what",
    "මොනවද": "what",
    "කෝකද": "which",
    "කුමන": "which",
    "කොහොමද": "how is",
    "කවුද": "who",
    "මොකක්ද": "what",
    "මොනවාද": "what",
    "කුමක්ද": "what",
    "සමාගම": "company",
    "සමාගම්": "companies",
    "කොටස්": "shares",
    "කොටසක": "share",
    "කොටසේ": "share",
    "වෙළඳපොළ": "market",
    "වෙළඳපොල": "market",
    "බැංකු": "banks",
    "බැංකුව": "bank",
    "අංශය": "sector",
    "අංශ": "sectors",
    "ක්ෂේත්‍රය": "sector",
    "දර්ශකය": "index",
    "ලාභ": "gainers",
    "පාඩු": "losers",
    "සාරාංශය": "summary",
    "අධ්‍යක්ෂ": "director",
    "අධ්‍යක්ෂවරු": "directors",
    "අධ්‍යක්ෂවරුන්": "directors",
    "අධ්‍යක්ෂවරයා": "director",
    "අධ්‍යක්ෂකවරු": "directors",
    "මණ්ඩලය": "board",
    "සභාපති": "chairman",
    "සභාපතිවරයා": "chairman",
    "විගණක": "auditor",
    "විගණකවරු": "auditors",
    "විගණකයා": "auditor",
    "පරිමාව": "volume",
    "පිරිවැටුම": "turnover",
    "නිවේදන": "announcements",
    "සසඳන්න": "compare",
    "සංසන්දනය": "compare",
    "සාමාන්‍ය": "average",
    "මේ": "this",
    "පසුගිය": "last",
    "සතිය": "week",
    "සතියේ": "week",
    "මාසය": "month",
    "මාසයේ": "month",
    "වසර": "year",
    "වසරේ": "year",
    "අවුරුද්ද": "year",
    "අවුරුද්දේ": "year",
    "දින": "days",
    "වැටුණු": "fell",
    "නැග්ග": "rose",
    "නැගුණු": "rose",
    "හා": "and",
    "ලාභාංශ": "dividend",
    "ගැන": "about",
    "සහ": "and",
    "ආයුබෝවන්": "hello",
    "ස්තූතියි": "thanks",
}

_ROMANISED = {
    "mila": "price",
    "gana": "about",
    "keeyada": "how much",
    "kiyada": "how much",
    "keeyeda": "how much",
    "kiyeda": "how much",
    "ada": "today",
    "iye": "yesterday",
    "eeye": "yesterday",
    "wadima": "most",
    "vadima": "most",
    "wedima": "most",
    "wadiyenma": "most",
    "aduma": "lowest",
    "aithi": "owns",
    "ayithi": "owns",
    "aithikaru": "owner",
    "ayithikaru": "owner",
    "ayithikaraya": "owner",
    "aithikaraya": "owner",
    "aithikaruwo": "owners",
    "himi": "owns",
    "himikaru": "owner",
    "himikaruwo": "owners",
    "himikaruwan": "owners",
    "kotaskaruwo": "shareholders",
    "kotaskaruwan": "shareholders",
    "kageda": "owner who",
    "kaageda": "owner who",
    "adyaksha": "director",
    "adyakshawaru": "directors",
    "adhyakshawaru": "directors",
    "adyakshakawaru": "directors",
    "sabhapathi": "chairman",
    "viganaka": "auditor",
    "wiganaka": "auditor",
    "anshaya": "sector",
    "labansha": "dividend",
    "parimawa": "volume",
    "pirivetuma": "turnover",
    "nivedana": "announcements",
    "me": "this",
    "mee": "this",
    "pasugiya": "last",
    "sathiye": "week",
    "masaye": "month",
    "wasare": "year",
    "awurudde": "year",
    "kochcharada": "how much",
    "kochchara": "how much",
    "mokada": "what",
    "mokadda": "what",
    "kohomada": "how is",
    "gena": "about",
    "kaatada": "who",
    "katada": "who",
    "kauda": "who",
    "kawda": "who",
    "mokakda": "what",
    "monawada": "what",
    "samagama": "company",
    "samagam": "companies",
    "kotas": "shares",
    "velandapola": "market",
    "welandapola": "market",
    "ayubowan": "hello",
    "sthuthi": "thanks",
}

# A joiner between consonants is stripped from what is typed, so it must not stand here either.
_ENGLISH = {key.replace("\u200d", ""): word for key, word in (_SCRIPT | _ROMANISED).items()}

_FIRST, _LAST = "\u0d80", "\u0dff"


def has_sinhala_script(text: str) -> bool:
    """Say whether *text* contains a letter of the Sinhala script."""
    return any(_FIRST <= char <= _LAST for char in text)


def in_english(tokens: tuple[Token, ...]) -> Iterator[Token]:
    """Yield *tokens* with each known Sinhala word replaced by its English cue.

    Words of courtesy and particles that only join a Sinhala sentence are dropped; unknown words
    stay as they are.
    """
    # "Me" is English, too; it is "this" only beside other words of Sinhala.
    is_sinhala = any(_english(token.word) for token in tokens if token.word not in _ALSO_ENGLISH)
    for token in tokens:
        if token.word in _PARTICLES or (is_sinhala and token.word in _COURTESY):
            continue
        read = _english(token.word) if is_sinhala else None
        for word in (read or token.word).split():
            yield token.reading(word)


def without_ending(word: str) -> str:
    """Return a word of the Sinhala script without the ending of a case."""
    ending = next((end for end in _ENDINGS if word.endswith(end)), "")
    return word.removesuffix(ending) if len(word) > len(ending) + _SHORTEST_STEM else word


def _english(word: str) -> str | None:
    """Return what *word* means, itself or without the ending of a case."""
    return _ENGLISH.get(word) or (
        _ENGLISH.get(without_ending(word)) if has_sinhala_script(word) else None
    )


_SHORTEST_STEM = 2  # signs
_ENDINGS = ("වලින්", "වලට", "ගේද", "ගේ", "හි", "වල", "යේ", "ට", "න්", "ේද", "ේ", "ක්", "ද")
_PARTICLES = frozenset({"හි", "ගේ", "එකේ", "එක", "වල", "යේ", "ද", "නම්", "ege", "eke", "wala"})
_COURTESY = frozenset(
    {"දෙන්න", "කියන්න", "පෙන්වන්න", "කරුණාකර", "මට", "ඕන", "තියෙන්නේ", "පුළුවන්ද", "ඒ", "මෙම"}
    | {"denna", "kiyanna", "pennanna", "karunakara", "mata", "oni", "thiyenne", "puluwanda", "ge"}
)
_ALSO_ENGLISH = frozenset({"me", "ada", "gana", "gena"})
