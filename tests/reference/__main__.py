"""The reference that is made of the code: ``python -m tests.reference``.

It reports what is not up to date; with ``--write`` it writes it.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.reference.commands import commands_page
from tests.reference.interface import document, problems_page, routes_page
from tests.reference.messages import document as messages_document
from tests.reference.messages import messages_page
from tests.reference.metrics import metrics_page
from tests.reference.settings import example_file, settings_page

ROOT: Final = Path(__file__).parents[2]

FILES: Final[Mapping[str, Callable[[], str]]] = {
    ".env.example": example_file,
    "docs/asyncapi.json": messages_document,
    "docs/openapi.json": document,
    "docs/reference/cli.md": commands_page,
    "docs/reference/http.md": routes_page,
    "docs/reference/messages.md": messages_page,
    "docs/reference/metrics.md": metrics_page,
    "docs/reference/problems.md": problems_page,
    "docs/reference/settings.md": settings_page,
}


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the files, or name those that are not what the code says; return the exit code."""
    stale = [name for name, made in FILES.items() if _text_of(root / name) != made()]
    if "--write" in arguments:
        for name in stale:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(FILES[name](), "utf-8", newline="\n")
        return 0
    for name in stale:
        print(f"{name} is not what the code says; run `make reference`", file=sys.stderr)  # noqa: T201 - a command's output
    return 1 if stale else 0


def _text_of(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


if __name__ == "__main__":  # pragma: no cover - the tests call main()
    sys.exit(main(sys.argv[1:]))
