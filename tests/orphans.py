"""What becomes of processes whose parent is killed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.waiting import until

_ROOT: Final = Path(__file__).parents[1]


async def assert_it_leaves_nobody_behind(script: str, folder: Path, *, number: int) -> None:
    """Kill the *script*, and return once everybody it started has ended.

    Args:
        script: Python. It is told *folder*, prints the pid of everybody it has started, each on a
            line, and waits for the end of its input.
        folder: Where it may write.
        number: How many it starts.
    """
    with subprocess.Popen(  # noqa: ASYNC220, S603 -- our own command; nobody waits on the loop
        [sys.executable, "-c", script, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    ) as parent:
        try:
            assert parent.stdout
            pids = [int(parent.stdout.readline()) for _ in range(number)]
            assert all(_is_there(pid) for pid in pids)
        finally:
            parent.kill()
        await until(lambda: not any(_is_there(pid) for pid in pids))


def _is_there(pid: int) -> bool:
    """Say whether the process runs; one that nobody has waited for yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
