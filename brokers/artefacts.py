"""Kafka's artefacts, which Maven fetches once for a checkout, and the Java that runs them."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from brokers.errors import BrokerError

_POM: Final = Path(__file__).with_name("pom.xml")
LIBRARIES: Final = Path(__file__).parents[1] / "build" / "brokers" / "libs"


def fetch_libraries(folder: Path = LIBRARIES) -> None:
    """Have Maven copy Kafka's artefacts (54 MB) into *folder*, unless they are there.

    It is there whole or not at all, also while several processes want it, and made anew when the
    version in ``pom.xml`` has changed.

    Raises:
        BrokerError: Java or Maven is missing, or Maven failed.
    """
    java()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_current(folder):
            _fetch(folder)


def java() -> Path:
    """Return the program.

    Raises:
        BrokerError: There is none.
    """
    return _program("java", "Java 17 or newer, which runs Kafka", package="default-jre-headless")


def _is_current(folder: Path) -> bool:
    made_of = folder / _POM.name
    return made_of.exists() and made_of.read_bytes() == _POM.read_bytes()


def _fetch(folder: Path) -> None:
    maven = _program("mvn", "Maven, which fetches Kafka", package="maven")
    print("Fetching Apache Kafka (54 MB, only this once) with Maven ...", file=sys.stderr)  # noqa: T201 -- it takes a while
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    ended = subprocess.run(  # noqa: S603 -- found above
        [
            *(maven, "-q", "-B", "-f", _POM, "dependency:copy-dependencies"),
            f"-DoutputDirectory={part}",
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise BrokerError(f"Maven could not fetch Kafka:\n{ended.stdout}{ended.stderr}")
    shutil.copy(_POM, part)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _program(name: str, what: str, *, package: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise BrokerError(f"{what}, is missing; on Debian: apt-get install {package}")
    return Path(found)
