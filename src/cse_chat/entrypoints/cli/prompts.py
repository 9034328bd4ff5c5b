"""Lines from a terminal, with editing, and with what was typed before at the arrow keys."""

import contextlib
import sys
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Final, Self

import click

from cse_chat.entrypoints.cli.consoles import is_terminal

_MOST_LINES: Final = 1_000
_OWNER_ONLY: Final = 0o600


class Prompt:
    """Asks for lines while it is open.

    What is typed goes into *history*, readable by its owner alone, line by line, the last 1,000;
    without it, or where the interpreter has no readline, it is not kept.
    """

    def __init__(self, text: str, *, history: Path | None) -> None:
        self._text = text
        self._history = history
        self._readline: ModuleType | None = None

    def __enter__(self) -> Self:
        if not is_terminal(sys.stdout):
            return self  # editing would draw into what somebody else reads
        with contextlib.suppress(ImportError):
            import readline  # noqa: PLC0415 -- it takes the terminal over

            self._readline = readline
            # Of this conversation alone, whatever else the process has read before.
            readline.clear_history()
            readline.set_history_length(_MOST_LINES)
            self._load()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._readline:
            self._readline.clear_history()

    def read(self) -> str:
        """Return the next line.

        Raises:
            EOFError: There is none: Ctrl+D.
            KeyboardInterrupt: Ctrl+C; the line is gone.
            UnicodeDecodeError: The line is no text.
        """
        if self._readline is None:
            return self._plain()
        before = self._readline.get_current_history_length()
        line = input(self._text)
        if self._readline.get_current_history_length() != before or before >= _MOST_LINES:
            self._keep()
        return line

    def _plain(self) -> str:
        click.echo(self._text, nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line

    def _load(self) -> None:
        if self._history is None or self._readline is None:
            return
        try:
            self._history.parent.mkdir(parents=True, exist_ok=True)
            self._history.touch(mode=_OWNER_ONLY)
            self._history.chmod(_OWNER_ONLY)
            self._readline.read_history_file(self._history)
        except OSError as error:
            self._give_up(error)

    def _keep(self) -> None:
        if self._history is None or self._readline is None:
            return
        try:
            self._readline.write_history_file(self._history)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        click.echo(
            f"What you type is not kept: {self._history} cannot be used ({error.strerror}).",
            err=True,
        )
        self._history = None
