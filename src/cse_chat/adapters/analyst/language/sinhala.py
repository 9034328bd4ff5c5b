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
    "අයිතිකරු": "owner",
    "අයිතිකරුවන්": "owners",
    "කාටද": "who",
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
    "දර්ශකය": "index",
    "ලාභ": "gainers",
    "පාඩු": "losers",
    "සාරාංශය": "summary",
    "අධ්‍යක්ෂවරු": "directors",
    "විගණක": "auditor",
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

    Particles that only join a Sinhala sentence are dropped; unknown words stay as they are.
    """
    for token in tokens:
        if token.word in _PARTICLES:
            continue
        for word in _ENGLISH.get(token.word, token.word).split():
            yield token.reading(word)


_PARTICLES = frozenset({"හි", "ගේ", "එකේ", "එක", "වල", "යේ", "ද", "නම්", "ege", "eke", "wala"})
