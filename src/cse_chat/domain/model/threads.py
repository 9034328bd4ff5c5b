"""A conversation as its owner finds it again."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from cse_chat.domain.errors import InvalidRequestError, Violation
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.ids import CorrelationId, ThreadId

MAX_TITLE_CHARS = 200
UNTITLED = "Untitled"
_SHORTENED = 80
_ELLIPSIS = "…"

# Controls, lone surrogates, and what ends a line: a title stands on one. Joiners stay, which some
# scripts cannot be written without.
_NOT_ON_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One thread.

    Attributes:
        created: When its first request became known.
        updated: When it was last asked in, or a request of it ended.
        turns: How many there ever were; the oldest may be gone.
        busy: Whether requests of it are open.
        cursor: That of its last event: who takes this first, then the history, and then follows
            from here, misses nothing.
    """

    thread_id: ThreadId
    title: str
    created: datetime
    updated: datetime
    turns: int
    busy: bool
    cursor: Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage:
    """A part of somebody's conversations.

    Attributes:
        conversations: Last used first.
        next: Where the next page begins; ``None`` when this is the last.
    """

    conversations: tuple[Conversation, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class StillOpen:
    """Requests of a thread are open; settle them first."""

    ids: tuple[CorrelationId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What was kept of a thread, and is no more.

    Attributes:
        turns: Of its history.
        answers: Outcomes that could be read by the id of their request.
    """

    turns: int
    answers: int


def title_of(question: str) -> str:
    """Return the title of a thread that begins with *question*: its first line, shortened."""
    first = "".join(question.strip().splitlines()[:1])
    if not first.isprintable():  # else each of its characters has a place on a line
        first = "".join(map(_on_a_line, first))
    line = _SPACES.sub(" ", first).strip()
    if len(line) <= _SHORTENED:
        return line or UNTITLED
    kept = line[:_SHORTENED]  # the last character is for the ellipsis, or ends a word
    words, space, _ = kept.rpartition(" ")
    # Of one long word, or one behind a short one, it is cut where it is.
    shortened = words if space and len(words) >= _SHORTENED // 2 else kept[:-1]
    return shortened.rstrip(" ,;:-") + _ELLIPSIS


def checked_title(text: str) -> str:
    """Return *text* as a title: without white space around it.

    Raises:
        InvalidRequestError: It is blank, too long, or does not fit on a line.
    """
    title = text.strip()
    if not 1 <= len(title) <= MAX_TITLE_CHARS:
        rule = f"must have 1 to {MAX_TITLE_CHARS} characters beside white space around them"
        raise InvalidRequestError(Violation(("title",), rule))
    if any(unicodedata.category(character) in _NOT_ON_A_LINE for character in title):
        rule = "must be one line without control characters"
        raise InvalidRequestError(Violation(("title",), rule))
    return title


def _on_a_line(character: str) -> str:
    return " " if unicodedata.category(character) in _NOT_ON_A_LINE else character
