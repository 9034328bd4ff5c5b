"""The names of things, and what they may look like."""

import re
from typing import NewType

CorrelationId = NewType("CorrelationId", str)
"""Names one request: a UUID in its canonical lower-case form."""

ThreadId = NewType("ThreadId", str)
"""Names one conversation: 1 to 128 of ``A-Z a-z 0-9 _ -``."""

UserId = NewType("UserId", str)
"""Names who asks: 1 to 128 of ``A-Z a-z 0-9 _ . @ -``, or ``~`` and a digest."""

ClaimToken = NewType("ClaimToken", str)
"""Random; whoever knows the newest one of a request may write for it."""

_CORRELATION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_THREAD_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_USER_ID = re.compile(r"[A-Za-z0-9_.@~-]{1,128}")


# fullmatch, because `$` admits a trailing newline.
def is_correlation_id(text: str) -> bool:
    """Say whether *text* is a canonical lower-case UUID."""
    return _CORRELATION_ID.fullmatch(text) is not None


def is_thread_id(text: str) -> bool:
    """Say whether *text* may name a thread."""
    return _THREAD_ID.fullmatch(text) is not None


def is_user_id(text: str) -> bool:
    """Say whether *text* may name a user."""
    return _USER_ID.fullmatch(text) is not None
