"""Cutting a text into the questions it consists of."""

import re

MOST_PARTS = 4

# A point after an abbreviation, an initial or a number ends no sentence.
_SENTENCE_END = re.compile(
    r"(?<!\bRs)(?<!\bNo)(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bvs)(?<!\bMrs)(?<!\bLtd)(?<!\bapprox)"
    r"(?<!\b[A-Za-z])[.?!;]+\s+(?=\S)|(?<=[A-Za-z]{4})[.?!;]+\s+(?=\S)",
    re.IGNORECASE,
)
_CONJUNCTION = re.compile(
    r",?\s+(?:and|also|plus|then)\s+(?:also\s+)?"
    r"(?=(?:who|whom|what|whats|how|when|where|which|is|are|does|do|did|tell|show|give|list|compare|its|"
    r"the)\b)",
    re.IGNORECASE,
)


_NEW_QUESTION = re.compile(
    r",?\s+and\s+(?:also\s+)?(?=(?:who|whom|whats?|when|where)\b)", re.IGNORECASE
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)

# What begins so, and has no question mark, tells something.
_STATEMENT = re.compile(
    r"(?:i|im|i'm|ive|i've|my|we|our|this is|it is|its for|thank|thanks|sorry|dear|hello|hi)\b.*[^?]",
    re.IGNORECASE | re.DOTALL,
)


def asks_twice(text: str) -> tuple[str, ...]:
    """Return what "and" joins before "who", "what" or "when", which begin a question of its own."""
    return _cut(text, _NEW_QUESTION)


def joined(text: str) -> tuple[str, ...]:
    """Return what any "and" joins in *text*."""
    return _cut(text, _AND)


def is_statement(sentence: str) -> bool:
    """Say whether *sentence* tells something rather than asks."""
    return _STATEMENT.fullmatch(sentence) is not None


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of cleaned *text*, each with its mark; one when it has but one."""
    return _cut(text, _SENTENCE_END)


def clauses(text: str) -> tuple[str, ...]:
    """Return what "and" joins in *text* where a question may begin after it."""
    return _cut(text, _CONJUNCTION)


def _cut(text: str, at: re.Pattern[str]) -> tuple[str, ...]:
    parts = []
    start = 0
    for match in at.finditer(text):
        parts.append(text[start : match.end()].strip())
        start = match.end()
    parts.append(text[start:].strip())
    return tuple(part for part in parts if any(char.isalnum() for char in part))
