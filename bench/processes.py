"""What the kernel tells of a process (Linux)."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_BYTES_PER_KB: Final = 1024
_CPU_CLOCK: Final = 2  # CPUCLOCK_SCHED: the kernel makes of it and a pid the name of a clock


def cpu_seconds(pid: int) -> float:
    """Return the processor time that the process has used, in user and system mode.

    Its clock counts nanoseconds; /proc counts ticks of a hundredth of a second, in which a process
    that does little has used none.
    """
    return time.clock_gettime(~pid << 3 | _CPU_CLOCK)


def cpu_seconds_of_family(pid: int) -> float:
    """Return the processor time of the process and of all that it started, ended ones too."""
    seconds = 0.0
    for member in family(pid):
        with suppress(OSError):  # it ended just now
            seconds += cpu_seconds(member) + _ticks_of_the_ended(member) / _TICKS_PER_SECOND
    return seconds


def family(pid: int) -> Iterator[int]:
    """Yield the process and all its living descendants."""
    yield pid
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                yield from family(int(child))


def _ticks_of_the_ended(pid: int) -> int:
    """Return what the children of the process used that ended, user and system."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    # The name, in parentheses, may hold anything, spaces and parentheses too.
    user, system = stat.rpartition(")")[2].split()[13:15]
    return int(user) + int(system)


def resident_bytes(pid: int) -> int:
    """Return the memory of the process that is in RAM now."""
    return _status(pid, "VmRSS")


def peak_resident_bytes(pid: int) -> int:
    """Return the most memory that the process ever had in RAM."""
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * _BYTES_PER_KB
