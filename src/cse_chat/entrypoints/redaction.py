"""What of an event may be written down."""

import math
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import PurePath
from typing import Final
from uuid import UUID

from structlog.typing import EventDict, WrappedLogger

REDACTED: Final = "[redacted]"

_TELLING: Final = re.compile(
    # secrets
    r"(?:^|[^a-z0-9])(?:authorization|cookie|credentials|dsn|jwt|key|passwd|password|pwd|secret|token"
    # what people wrote, and what may quote it
    r"|answer|body|content|detail|headers|history|message|metadata|prompt|query|question|text|url)"
    r"(?:$|[^a-z0-9])"
)
_PATTERNS: Final = (
    (re.compile(r"(?<=://)[^\s/@]*@"), f"{REDACTED}@"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), REDACTED),
    (re.compile(r"\b(\w*(?:password|secret|token|key))=[^\s&]+", re.IGNORECASE), rf"\1={REDACTED}"),
    (re.compile(r"(?<=\w)\?[^\s\"']+"), f"?{REDACTED}"),
)
# Logged for every request, and no value of it is anybody else's: ids that were checked, a method, the
# template of a route, numbers. Looking at each took a third of what the line costs.
_OURS: Final = frozenset({"http_request"})
_HARMLESS: Final = re.compile(r"[A-Za-z0-9_/{}-]{0,128}")
# Controls, line separators, what changes the direction of text, lone surrogates.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_MAX_CHARS: Final = 8_000
_MAX_INTEGER: Final = 2**63
_MAX_ITEMS: Final = 100
_MAX_DEPTH: Final = 6


def presentable(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Make every value plain and bounded, without secrets and without what people wrote.

    Values under a telling key go as a whole, unless they are numbers; what looks like a secret
    goes from any text; of an unknown object only its type is told, because its ``repr`` may
    quote anything. Events in `_OURS` are plain as they are.
    """
    name = event.pop("event", "")
    if name in _OURS:
        return {"event": name, **event}
    shown: EventDict = {"event": _plain(name, depth=0)}
    for key, value in event.items():
        shown[str(key)] = _value(str(key), value, depth=0)
    return shown


def _value(key: str, value: object, *, depth: int) -> object:
    if type(value) is str:  # most are; isinstance against an ABC would cost more than all the rest
        if _is_telling(key):
            return REDACTED
        return value if _HARMLESS.fullmatch(value) else _printable(value)
    if type(value) in {int, float} or value is None:
        return _scalar(value)
    if _is_telling(key) and not isinstance(value, int | float):
        return REDACTED
    return _plain(value, depth=depth)


@lru_cache(maxsize=1024)  # the same few keys, in every event
def _is_telling(key: str) -> bool:
    return bool(_TELLING.search(key.lower()))


def _plain(value: object, *, depth: int) -> object:
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        return _scalar(value)
    if depth == _MAX_DEPTH:
        return _type_of(value)
    if isinstance(value, Mapping):
        return {
            _printable(str(key)): _value(str(key), item, depth=depth + 1)
            for key, item in islice(value.items(), _MAX_ITEMS)
        }
    return [_plain(item, depth=depth + 1) for item in islice(value, _MAX_ITEMS)]


def _scalar(value: object) -> object:
    if isinstance(value, str | UUID | date | PurePath):
        return _printable(str(value))
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no NaN
    if isinstance(value, int) and abs(value) > _MAX_INTEGER:
        return _type_of(value)  # nobody reads it, and Python refuses to print some
    if isinstance(value, bool | None) or type(value) in {int, float}:
        return value
    # A type derived from a number may mean to be written in another way, or not at all.
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else _type_of(value)


def _printable(text: str) -> str:
    if _HARMLESS.fullmatch(text):  # most are, and the patterns take time
        return text
    if len(text) > _MAX_CHARS:
        text = text[:_MAX_CHARS] + "…"
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return _UNPRINTABLE.sub(lambda found: ascii(found.group())[1:-1], text)


def _type_of(value: object) -> str:
    return f"<{type(value).__qualname__}>"
