"""Where text for people goes: wide and plain in a pipe, coloured and wrapped on a terminal."""

import sys
from typing import Final, TextIO

import click
from rich.console import Console, RenderableType
from typing_extensions import override

_PIPED_WIDTH: Final = 200  # nobody sees where a line ends, and a cut table loses facts


class _Output(Console):
    @override
    def on_broken_pipe(self) -> None:
        """Leave it to the command, which has a code for it."""
        raise BrokenPipeError


def console(*, errors: bool = False) -> Console:
    """Return what prints to the standard output, or to that of errors."""
    stream = sys.stderr if errors else sys.stdout
    width = None if is_terminal(stream) else _PIPED_WIDTH
    return _Output(stderr=errors, highlight=False, width=width)


def show(found: RenderableType) -> None:
    """Print *found* to the standard output, in a pipe without blanks at the ends of lines."""
    output = console()
    if output.is_terminal:
        output.print(found)
        return
    with output.capture() as captured:
        output.print(found)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a person is at the other end; a closed stream is ``None``."""
    return stream is not None and stream.isatty()
