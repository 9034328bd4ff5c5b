"""A page of the documentation as what it tells to write, to run and to see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_BLOCK = re.compile(r"(?:^`([\w./-]+)`:\n\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class File:
    """A file that the page gives in full."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A line for the shell, and what the page shows after it; ``None`` where it shows nothing."""

    line: str
    output: str | None


def read_page(path: Path) -> Iterator[File | Command]:
    """Yield what is in the page's blocks of code, in order."""
    for name, language, text in _BLOCK.findall(path.read_text(encoding="utf-8")):
        if name:
            yield File(name, text)
        elif language == "sh":
            yield from (Command(line, None) for line in text.splitlines())
        elif language == "console":
            yield from _session(text)


def _session(text: str) -> Iterator[Command]:
    prompts = [found.start() for found in re.finditer(r"^\$ ", text, re.MULTILINE)]
    for start, end in pairwise([*prompts, len(text)]):
        line, _, output = text[start + 2 : end].partition("\n")
        yield Command(line, output)
