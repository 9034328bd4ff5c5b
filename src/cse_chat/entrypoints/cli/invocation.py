"""How this program is called, so that a printed command works when it is pasted."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

NAME: Final = "cse-chat"


def program() -> str:
    """Return the words that start this very program from the folder it was started in.

    Its name where the shell finds it by that, else the path it was started by.
    """
    given = Path(sys.argv[0])
    if given.name != NAME or str(given) == NAME:
        return NAME
    found = shutil.which(NAME)
    return NAME if found and _is_same(found, given) else shlex.quote(sys.argv[0])


def _is_same(one: str, other: Path) -> bool:
    try:
        return other.samefile(one)
    except OSError:  # one of them is gone meanwhile
        return False
