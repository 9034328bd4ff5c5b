"""The little Markdown that the reference needs."""

from collections.abc import Iterable, Sequence

HEADER = "<!-- Made of the code by `make reference`: change that, not this. -->"


def page(title: str, *parts: str) -> str:
    """Return a whole document."""
    return "\n\n".join([HEADER, f"# {title}", *(part.strip("\n") for part in parts)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; what stands in a cell is Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def code(text: object) -> str:
    """Return *text* as code, or nothing when there is none."""
    return f"`{text}`" if str(text) else ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
