"""Commands that never outlive the process that starts them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

# The shell becomes the command, so that the pid is the command's. Beside it, in their process
# group, a child reads a pipe whose other end only we hold: it ends with us, however we end, and
# takes the group along. PR_SET_PDEATHSIG would not do: it acts when the *thread* that started the
# command ends, which may be one of a pool.
_TIE: Final = """\
exec 3<&0 </dev/null
(read -r _; kill -KILL 0) <&3 3<&- >/dev/null 2>&1 &
exec 3<&-
exec "$@"
"""


def tied(*command: str | Path) -> Sequence[str | Path]:
    """Return the command that runs *command*, and kills it when we end, be it by SIGKILL.

    Whoever starts it gives it a pipe for its standard input, and a session of its own: closing the
    pipe kills it. What *command* itself reads is empty. A Ctrl+C does not reach it.
    """
    return ("/bin/sh", "-c", _TIE, "sh", *command)
