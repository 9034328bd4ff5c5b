"""What `Dockerfile` and `.dockerignore` must keep to."""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.deployment.product import (
    NAME,
    command_faults,
    image_faults,
    is_ours,
    is_setting,
    program_faults,
    settings_of,
)

_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(\S+)")


def faults_of_image(root: Path) -> Iterator[str]:
    """Yield what is wrong with the image, each as a sentence."""
    said = _instructions((root / "Dockerfile").read_text("utf-8"))
    found = [
        *_bases(said),
        *_program(said),
        *_settings(said),
        *_health(said),
        *_user(said),
        *_version(said, root),
        *_context(said, root),
    ]
    yield from (f"Dockerfile: {fault}" for fault in found)


def environment_of_image(root: Path) -> dict[str, str]:
    """Return the variables that each container begins with."""
    said = _instructions((root / "Dockerfile").read_text("utf-8"))
    return dict(_ASSIGNED.findall(" ".join(_all(said, "ENV"))))


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    parted = (line.partition(" ") for line in whole.splitlines() if line.strip())
    return [(name.upper(), rest.strip()) for name, _, rest in parted]


def _all(said: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [rest for instruction, rest in said if instruction == name]


def _last(said: Sequence[tuple[str, str]], name: str) -> str:
    return (_all(said, name) or [""])[-1]


def _words(text: str) -> list[str]:
    """Return the words of the exec form; none of the other one, which no signal gets through."""
    return list(json.loads(text)) if text.startswith("[") else []


def _bases(said: Sequence[tuple[str, str]]) -> Iterator[str]:
    bases = [rest.split()[0] for rest in _all(said, "FROM")]
    for base in bases:
        yield from image_faults(base)
    if len(set(bases)) != 1:
        yield f"its stages differ in their base: {', '.join(bases)}"


def _program(said: Sequence[tuple[str, str]]) -> Iterator[str]:
    if _words(_last(said, "ENTRYPOINT")) != [NAME]:
        yield f'the entry point is not ["{NAME}"]'
    yield from command_faults(_words(_last(said, "CMD")))


def _settings(said: Sequence[tuple[str, str]]) -> Iterator[str]:
    given = dict(_ASSIGNED.findall(" ".join(_all(said, "ENV"))))
    yield from settings_of(given)[1]
    for name, _ in _ASSIGNED.findall(" ".join(_all(said, "RUN"))):
        if is_ours(name) and not is_setting(name):
            yield f"{name} is no setting"


def _health(said: Sequence[tuple[str, str]]) -> Iterator[str]:
    options, _, command = _last(said, "HEALTHCHECK").partition("CMD ")
    if not options:
        yield "it has no health check"
        return
    yield from program_faults(_words(command))


def _user(said: Sequence[tuple[str, str]]) -> Iterator[str]:
    if not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", _last(said, "USER")):
        yield "its user is not a number other than 0"


def _version(said: Sequence[tuple[str, str]], root: Path) -> Iterator[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    label = f'org.opencontainers.image.version="{project["version"]}"'
    if label not in _last(said, "LABEL"):
        yield f"it is not labelled {label}"


def _context(said: Sequence[tuple[str, str]], root: Path) -> Iterator[str]:
    """Yield what is copied and not there, or not sent to the builder."""
    rules = (root / ".dockerignore").read_text("utf-8").split("\n")
    rules = [rule for rule in rules if rule and not rule.startswith("#")]
    if rules[0] != "*":
        yield ".dockerignore does not begin with *: secrets of this folder would be sent along"
    sent = {rule[1:].rstrip("/") for rule in rules if rule.startswith("!")}
    for copied in _all(said, "COPY"):
        if copied.startswith("--from="):
            continue
        for source in copied.split()[:-1]:
            if not (root / source).exists():
                yield f"{source} is copied and not there"
            if source not in sent:
                yield f"{source} is copied, and .dockerignore keeps it out"
