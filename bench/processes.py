"""What the kernel tells of a process, in /proc (Linux)."""

import os
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_BYTES_PER_KB: Final = 1024


def cpu_seconds(pid: int) -> float:
    """Return the processor time that the process has used, in user and system mode.

    The kernel counts in ticks of a hundredth of a second: measure over seconds.
    """
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    # The name, in parentheses, may hold anything, spaces and parentheses too.
    fields = stat.rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / _TICKS_PER_SECOND


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
