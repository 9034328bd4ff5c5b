"""What the exit codes of `cse-chat` mean."""

from enum import IntEnum
from typing import NoReturn, Self


class ExitCode(IntEnum):
    """Each with what it tells a script."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """Make a member that is its code."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    DONE = 0, "done; for run: stopped by a signal, and drained"
    CRASHED = 1, "an error nobody expected, or a drain that did not end in time"
    UNUSABLE = 2, "wrong usage or settings, a busy port, damaged data, a failed check"
    REFUSED = 3, "the service refused, could not answer, or (health) is not well"
    UNREACHABLE = 4, "nothing listens there, or the connection broke"
    UNFINISHED = 5, "no answer yet; it can still be read later"
    INTERRUPTED = 130, "stopped by Ctrl+C"
    UNREAD = 141, "nobody reads the output any more, as after `| head`"


class CommandFailedError(Exception):
    """A command ends with *code*; the message is for a person and says what to do."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def fail(code: ExitCode, message: str, *, because: Exception | None) -> NoReturn:
    """End the command.

    Raises:
        CommandFailedError: Always.
    """
    raise CommandFailedError(code, message) from because
