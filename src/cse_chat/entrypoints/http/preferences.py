"""The ``Prefer`` header (RFC 7240)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 -- a grammar rule, no secret
_QUOTED = r'"(?:[^"\\]|\\.)*"'
# A quote that is not closed swallows the rest: scanning it again from each quote is quadratic.
_ITEMS = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_PREFERENCE = re.compile(
    rf"[ \t]*({_TOKEN})(?:[ \t]*=[ \t]*({_TOKEN}|{_QUOTED}))?[ \t]*(?:;.*)?", re.DOTALL
)
_SECONDS = re.compile(r"[0-9]{1,9}")  # more digits than that lower no wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a caller would like; what is not understood is ignored, as the RFC demands.

    Attributes:
        respond_async: Rather be told that the question is accepted than wait for the answer.
        wait: How long the caller would wait; ``None`` if it did not say.
    """

    respond_async: bool = False
    wait: timedelta | None = None

    @classmethod
    def of(cls, headers: Iterable[str]) -> Self:
        """Return the preferences in the values of all ``Prefer`` headers, in their order."""
        given: dict[str, str] = {}
        for name, value in _preferences(headers):
            given.setdefault(name, value)  # the first one counts
        seconds = given.get("wait", "")
        return cls(
            respond_async=given.get("respond-async") == "",
            wait=timedelta(seconds=int(seconds)) if _SECONDS.fullmatch(seconds) else None,
        )

    def patience(self, longest: timedelta) -> timedelta:
        """Return how long to wait for the answer: never more than *longest*."""
        if self.wait is None:
            return timedelta(0) if self.respond_async else longest
        return min(self.wait, longest)

    def applied(self, longest: timedelta) -> str:
        """Return ``Preference-Applied``: what of it was followed; possibly empty."""
        names = ["respond-async"] if self.respond_async else []
        if self.wait is not None and self.wait <= longest:
            names.append(f"wait={self.wait // timedelta(seconds=1)}")
        return ", ".join(names)


def _preferences(headers: Iterable[str]) -> Iterator[tuple[str, str]]:
    for header in headers:
        for item in _ITEMS.findall(header):
            if match := _PREFERENCE.fullmatch(item):
                name, value = match.groups(default="")
                yield name.lower(), _unquoted(value)


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word
