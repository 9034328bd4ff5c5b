"""What somebody thinks of an answer."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cse_chat.domain.errors import InvalidRequestError, Violation

MAX_COMMENT_CHARS = 1_000

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # see `questions`


class Rating(StrEnum):
    """Thumbs."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A rating of an answer by who asked; the last one holds.

    Attributes:
        comment: In their own words; possibly empty.

    Raises:
        InvalidRequestError: The comment is too long, or cannot be stored.
    """

    rating: Rating
    comment: str
    given_at: datetime

    def __post_init__(self) -> None:
        """Refuse what no reader could store."""
        if len(self.comment) > MAX_COMMENT_CHARS:
            rule = f"must have at most {MAX_COMMENT_CHARS:,} characters"
            raise InvalidRequestError(Violation(("comment",), rule))
        if _UNSTORABLE.search(self.comment):
            rule = "must not contain NUL or lone surrogates"
            raise InvalidRequestError(Violation(("comment",), rule))
