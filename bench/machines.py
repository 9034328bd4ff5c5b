"""What a report tells of the machine and the versions it was made with."""

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_PACKAGES: Final = (
    "cse-chat",
    "dependency-injector",
    "httptools",
    "litestar",
    "msgspec",
    "structlog",
    "uvicorn",
    "uvloop",
)


def description() -> Mapping[str, object]:
    """Return versions, kernel and processors, ready for JSON."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": {name: version(name) for name in _PACKAGES},
        "commit": _commit(),
        "kernel": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "processor": _processor(),
        "processors": processors(),
        "load_average": os.getloadavg(),
    }


def processors() -> int:
    """Return how many this process may run on."""
    return len(os.sched_getaffinity(0))


def _commit() -> str | None:
    """Return the commit of the working copy, ``-dirty`` behind it; ``None`` where there is none."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        said = subprocess.run(  # noqa: S603 -- the words stand above
            command, cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return said.stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "unknown"
