"""What the kernel tells of a process, in /proc (Linux)."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_BYTES_PER_KB: Final = 1024


def cpu_seconds(pid: int) -> float:
    """Return the processor time that the process has used, in user and system mode.

    The kernel counts in ticks of a hundredth of a second: measure over seconds.
    """
    user, system, *_ = _times(pid)
    return (user + system) / _TICKS_PER_SECOND


def cpu_seconds_of_family(pid: int) -> float:
    """Return the processor time of the process and of all that it started, ended ones too."""
    ticks = 0
    for member in family(pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended just now
            ticks += sum(_times(member))
    return ticks / _TICKS_PER_SECOND


def family(pid: int) -> Iterator[int]:
    """Yield the process and all its living descendants."""
    yield pid
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                yield from family(int(child))


def _times(pid: int) -> tuple[int, ...]:
    """Return the ticks of its own, user and system, and those of its children that ended."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    # The name, in parentheses, may hold anything, spaces and parentheses too.
    fields = stat.rpartition(")")[2].split()
    return tuple(int(field) for field in fields[11:15])


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
