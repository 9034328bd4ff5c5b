"""The standard output: JSON that stays valid anywhere, and text that commands no terminal."""

import json
import os
import re
import sys
from typing import Final, TextIO

import click

# What moves the cursor, colours the screen, or turns the direction of what stands beside it.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def print_json(document: object, *, indent: int | None = 2) -> None:
    """Print *document*; control and bidirectional characters in it are escaped.

    Args:
        document: Of what JSON has.
        indent: ``None`` prints it on one line.
    """
    click.echo(json_of(document, indent=indent))


def json_of(document: object, *, indent: int | None = 2) -> str:
    """Return *document* as JSON that a terminal, a pipe and any encoding can take."""
    text = json.dumps(document, indent=indent, ensure_ascii=not _takes_unicode(sys.stdout))
    # Those below the space are escaped already: what is found stands inside a string.
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def printable(text: str) -> str:
    """Return *text* without what a terminal would obey."""
    return _UNPRINTABLE.sub("", text)


def discard_output() -> None:
    """Let whatever is or will be printed go nowhere, once it cannot be written.

    Else the interpreter tries again at its end, and complains.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _takes_unicode(stream: TextIO | None) -> bool:
    encoding = getattr(stream, "encoding", None) or ""
    return encoding.lower().replace("-", "").startswith("utf")
