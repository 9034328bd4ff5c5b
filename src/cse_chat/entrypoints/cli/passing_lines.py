"""A line on a terminal that says what is going on, and is gone when there is something to read."""

import click

from cse_chat.entrypoints.cli.consoles import console
from cse_chat.entrypoints.cli.printing import printable

_ERASE: str = "\r\x1b[K"


class PassingLine:
    """Stands beside the answers, on the output of errors; nothing is written where it is not shown."""

    def __init__(self, *, is_shown: bool) -> None:
        self._is_shown = is_shown
        self._is_there = False

    def show(self, text: str) -> None:
        """Write *text* instead of what stood there."""
        if not self._is_shown:
            return
        self.erase()
        # Not what rich has for it: its thread goes on for ever when Ctrl+C comes while it starts.
        # And no longer than the line: only one line can be erased.
        click.echo(f"\x1b[2m{printable(text)[: console().width - 1]}\x1b[0m", nl=False, err=True)
        self._is_there = True

    def erase(self) -> None:
        """Leave the line empty."""
        if self._is_there:
            click.echo(_ERASE, nl=False, err=True)
        self._is_there = False
