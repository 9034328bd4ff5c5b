"""Become another program, one that the kernel kills as soon as its parent has gone (Linux).

    python -S tied.py <pid of the parent> <program> <argument> ...

A program of its own and not `Popen(preexec_fn=...)`, which Python warns of where threads run.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """Tie this process to its parent, then become the program that the arguments name."""
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != int(parent):  # it went before we asked
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 -- a command of ours


if __name__ == "__main__":
    main()
