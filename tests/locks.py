"""The check that requirements/*.txt pin what pyproject.toml asks for: `python -m tests.locks`."""

import hashlib
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SIGNATURE = "# made by `make lock` for the dependencies with digest "

# What each file pins besides the dependencies of the project itself.
GROUPS = {"run": ("build",), "dev": ("build", "dev")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One requirements file.

    Attributes:
        name: `run` or `dev`.
        lines: The file's lines, without their ends.
    """

    name: str
    lines: Sequence[str]

    def pins(self) -> dict[str, list[Requirement]]:
        """Return the pinned requirements by canonical name; a name may have one for each marker."""
        found: dict[str, list[Requirement]] = {}
        for line in self.lines:
            if line[:1].isalnum():
                pin = Requirement(line.removesuffix("\\"))
                found.setdefault(canonicalize_name(pin.name), []).append(pin)
        return found


def wanted(project: Mapping[str, Any], lock: str) -> list[Requirement]:
    """Return what pyproject.toml asks of one lock: dependencies, build needs and its groups."""
    texts: list[str] = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    for group in GROUPS[lock]:
        entries = project["dependency-groups"][group]
        texts += [entry for entry in entries if isinstance(entry, str)]
    return [Requirement(text) for text in texts]


def digest(project: Mapping[str, Any], lock: str) -> str:
    """Return what changes whenever one lock has to be made again, whatever the order."""
    texts = sorted({str(requirement) for requirement in wanted(project, lock)})
    subject = [project["project"]["requires-python"], *texts]
    return hashlib.sha256(json.dumps(subject).encode()).hexdigest()[:16]


def faults(project: Mapping[str, Any], locks: Sequence[Lock]) -> list[str]:
    """Return one sentence for each thing that is wrong, none when all agree."""
    found: list[str] = []
    for lock in locks:
        found += [f"requirements/{lock.name}.txt{fault}" for fault in _own(project, lock)]
    run, dev = (
        {name: {str(pin.specifier) for pin in pins} for name, pins in lock.pins().items()}
        for lock in locks
    )
    found += [
        f"{name} differs between requirements/run.txt and requirements/dev.txt"
        for name, versions in run.items()
        if dev.get(name) != versions
    ]
    return found


def _own(project: Mapping[str, Any], lock: Lock) -> Iterator[str]:
    for number, line in enumerate(lock.lines, start=1):
        if "://" in line or " @ " in line:
            yield f":{number} names an address; pins are names, versions and hashes"
        if line.startswith("-"):
            yield f":{number} is an option; where packages come from is the installer's business"
        if line[:1].isalnum() and not line.endswith("\\"):
            yield f":{number} has no hash"
    if f"{SIGNATURE}{digest(project, lock.name)}" not in lock.lines[:1]:
        yield " was made for other dependencies than pyproject.toml has now; run `make lock`"
    pins = lock.pins()
    for requirement in wanted(project, lock.name):
        versions = pins.get(canonicalize_name(requirement.name), [])
        if not versions:
            yield f" does not pin {requirement.name}"
        for pin in versions:
            version = str(pin.specifier).removeprefix("==")
            if not requirement.specifier.contains(version, prereleases=True):
                yield f" pins {pin.name} {version}, pyproject.toml asks for {requirement}"


def read(root: Path) -> tuple[dict[str, Any], list[Lock]]:
    """Return pyproject.toml and both locks of the project at *root*, `run` first."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return project, [
        Lock(name=name, lines=(root / f"requirements/{name}.txt").read_text("utf-8").splitlines())
        for name in GROUPS
    ]


def sign(root: Path) -> None:
    """Write into each lock the digest of what it was made for; called by `make lock` alone."""
    project, locks = read(root)
    for lock in locks:
        body = [line for line in lock.lines if not line.startswith("#")]
        text = "\n".join([f"{SIGNATURE}{digest(project, lock.name)}", *body, ""])
        (root / f"requirements/{lock.name}.txt").write_text(text, "utf-8")


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Sign the locks with `--sign`, then report their faults; return the exit code."""
    if "--sign" in arguments:
        sign(root)
    found = faults(*read(root))
    for fault in found:
        print(fault, file=sys.stderr)  # noqa: T201 - a command's output
    return 1 if found else 0


if __name__ == "__main__":  # pragma: no cover - the command line itself
    sys.exit(main(sys.argv[1:]))
