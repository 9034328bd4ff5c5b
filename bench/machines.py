"""What a report tells of the machine and the versions it was made with."""

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from brokers.errors import BrokerError
from brokers.redis import redis_server

ROOT: Final = Path(__file__).parents[1]
_PACKAGES: Final = (
    "aiokafka",
    "celery",
    "cse-chat",
    "dependency-injector",
    "faststream",
    "httptools",
    "litestar",
    "msgspec",
    "redis",
    "structlog",
    "uvicorn",
    "uvloop",
)


_KAFKA: Final = re.compile(r"<kafka\.version>([^<]+)<")


def description() -> Mapping[str, object]:
    """Return versions, kernel and processors, ready for JSON."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": {name: version(name) for name in _PACKAGES},
        "kafka": _kafka(),
        "redis": _redis(),
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


def _kafka() -> str:
    """Return the version that `brokers` runs."""
    found = _KAFKA.search((ROOT / "brokers/pom.xml").read_text("utf-8"))
    return found[1] if found else "unknown"


def _redis() -> str | None:
    """Return what the server says of itself; ``None`` where there is none."""
    try:
        server = redis_server()
    except BrokerError:
        return None
    said = subprocess.run(  # noqa: S603 -- found above
        [server, "--version"], capture_output=True, text=True, check=True
    )
    return said.stdout.strip()


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
