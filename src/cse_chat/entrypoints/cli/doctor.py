"""``cse-chat doctor``: everything one has to know when it does not work."""

import errno
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Final

from cse_chat.adapters.analyst.data.inspection import checks_of
from cse_chat.entrypoints.addresses import url_of
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError
from cse_chat.entrypoints.cli.findings import Finding, State, report
from cse_chat.entrypoints.cli.health import Probe, Reading, read
from cse_chat.entrypoints.cli.invocation import NAME, program
from cse_chat.entrypoints.cli.layers import Layers, Origin
from cse_chat.entrypoints.cli.servers import kafka_findings, redis_findings
from cse_chat.entrypoints.cli.serving import remedy_for
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.environment import PREFIX, SettingsError, variables
from cse_chat.entrypoints.logging import configure_logging
from cse_chat.entrypoints.server import CannotListenError, listening_socket
from cse_chat.entrypoints.settings import Settings

_OLDEST_PYTHON: Final = (3, 11)
_PROBE_SECONDS: Final = 2.0
_SPARSE_BYTES: Final = 50_000_000  # the built market data take 7 MB
_MIB: Final = 1_048_576
_WRITABLE: Final = (
    "give yourself the right to write there, or choose another with CSE_CHAT__DATA_DIR"
)


def doctor(*, as_json: bool) -> None:
    """Look at everything, and print what is found with what to do about it.

    Raises:
        CommandFailedError: Something fails.
    """
    configure_logging(StringIO())  # the findings tell it; a log would stand between them
    report(list(_findings()), as_json=as_json)


def _findings() -> Iterator[Finding]:
    yield python_finding(sys.version_info[:2])
    layers = Layers.of_process()
    settings, found = settings_findings(layers)
    yield from found
    yield folder_finding(settings.data_dir)
    yield data_finding(settings.data_dir)
    yield agent_finding(settings)
    needs_kafka = settings.requests.transport == "kafka" and (
        _is_said(layers, "KAFKA__", "REQUESTS__")
    )
    needs_redis = settings.replies.transport == "redis" and (
        _is_said(layers, "REDIS__URL", "REPLIES__")
    )
    yield from service_findings(
        settings.http.host, settings.http.port, in_parts=needs_kafka or needs_redis
    )
    yield from kafka_findings(settings, needed=needs_kafka)
    yield from redis_findings(settings, needed=needs_redis)
    yield callers_finding(settings)


def _is_said(layers: Layers, *beginnings: str) -> bool:
    """Say whether somebody set up gateways and workers, and not the embedded service alone."""
    begins = tuple(f"{PREFIX}{beginning}" for beginning in beginnings)
    return any(name.startswith(begins) and text for name, text in layers.merged().items())


def python_finding(running: tuple[int, ...]) -> Finding:
    """Look at the interpreter."""
    said = f"Python {platform.python_version()} with {NAME} {version(NAME)} ({sys.prefix})"
    if running < _OLDEST_PYTHON:
        remedy = "install Python 3.11 or newer, then `make setup`"
        return Finding(subject="python", state=State.FAIL, says=said, remedy=remedy)
    return Finding(subject="python", state=State.OK, says=said)


def settings_findings(layers: Layers) -> tuple[Settings, list[Finding]]:
    """Return the settings, defaults in the place of unusable ones, and what is found of them."""
    said = layers.merged()
    try:
        settings = Settings.from_env(said)
    except SettingsError as error:
        bad = {problem.variable for problem in error.problems}
        found = [
            Finding(
                subject="settings",
                state=State.FAIL,
                says=f"{problem.variable} {problem.rule}",
                remedy=_remedy_of(problem.variable, layers),
            )
            for problem in error.problems
        ]
        return _usable_part(said, bad), found
    changed = sum(
        layers.origin_of(variable.name) is not Origin.DEFAULT for variable in variables(Settings)
    )
    says = f"all can be used, {changed} set by you; `{program()} config show` lists them"
    return settings, [Finding(subject="settings", state=State.OK, says=says)]


def folder_finding(folder: Path) -> Finding:
    """Look at the folder of the service's own files, without making it."""
    wanted = folder.absolute()
    existing = next(place for place in (wanted, *wanted.parents) if place.exists())
    try:
        if existing == wanted:
            with tempfile.TemporaryFile(dir=existing):
                says = f"{folder} can be written"
        elif existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
            says = f"{folder} will be made at the first start"
        else:
            return Finding(
                subject="data folder",
                state=State.FAIL,
                says=f"{folder} cannot be made in {existing}",
                remedy=_WRITABLE,
            )
    except OSError as error:
        return unwritable_finding(folder, error)
    free = shutil.disk_usage(existing).free
    if free < _SPARSE_BYTES:
        return Finding(
            subject="data folder",
            state=State.WARN,
            says=f"{says}, but only {free // _MIB} MiB are free",
            remedy="make room on that disk",
        )
    return Finding(subject="data folder", state=State.OK, says=says)


def unwritable_finding(folder: Path, error: OSError) -> Finding:
    """Return what *error* means, which writing into *folder* ended with."""
    if error.errno == errno.EROFS:  # a container that was told to write nothing
        return Finding(
            subject="data folder",
            state=State.WARN,
            says=f"{folder} is read-only, which is enough while the market data are built there",
            remedy="where they are not, choose another folder with CSE_CHAT__DATA_DIR",
        )
    says = f"{folder} cannot be written ({error.strerror})"
    return Finding(subject="data folder", state=State.FAIL, says=says, remedy=_WRITABLE)


def data_finding(folder: Path) -> Finding:
    """Look at the market data as thoroughly as `cse-chat data check`."""
    checks = list(checks_of(folder))
    broken = [check for check in checks if not check.holds]
    if not broken:
        says = f"all {len(checks)} checks hold; {checks[0].claim.partition(', ')[2]}"
        return Finding(subject="market data", state=State.OK, says=says)
    return Finding(
        subject="market data",
        state=State.FAIL,
        says=f"{len(broken)} of {len(checks)} checks fail, first: {broken[0].claim}",
        remedy=f"{broken[0].remedy}; `{program()} data check` tells all",
    )


def agent_finding(settings: Settings) -> Finding:
    """Look whether the chosen agent can be made; that its data can be used is another matter."""
    name = settings.agent.name
    try:
        Container(settings=settings).chosen_agent()
    except Exception as error:  # noqa: BLE001 -- an agent may be anybody's code
        return Finding(
            subject="agent",
            state=State.FAIL,
            says=f"{name} cannot be used: {remedy_for(error) or type(error).__name__}",
            remedy="mend that, or choose another with CSE_CHAT__AGENT__NAME",
        )
    if name == "echo":
        return Finding(
            subject="agent",
            state=State.WARN,
            says="echo repeats the question: it is for tests and benchmarks",
            remedy="unset CSE_CHAT__AGENT__NAME to get answers from market data",
        )
    return Finding(subject="agent", state=State.OK, says=f"{name} answers")


def service_findings(host: str, port: int, *, in_parts: bool) -> Iterator[Finding]:
    """Look at the port, and at the service if it is there.

    Args:
        host: Where it would listen.
        port: There.
        in_parts: Whether it is gateways and workers.
    """
    url = url_of(host, port)
    start = f"start the service with `{program()} run`"
    if in_parts:
        start = f"start it with `{program()} gateway`, and `{program()} worker` beside it"
    try:
        listening_socket(host, port).close()
    except CannotListenError as error:
        reading = _reading_of(url)
        if reading and reading.is_ours:
            yield Finding(subject="port", state=State.OK, says=f"the service listens at {url}")
            yield _readiness_finding(reading)
            return
        yield _port_finding(error, url, answers=reading is not None)
    else:
        free = "a free one is taken at each start" if port == 0 else f"{url} is free"
        yield Finding(subject="port", state=State.OK, says=free)
    yield Finding(subject="service", state=State.WARN, says="it does not run", remedy=start)


def callers_finding(settings: Settings) -> Finding:
    """Look whether others can ask who do not prove who they are."""
    subject, says = "signing in", "not built yet"
    if not settings.lets_strangers_in:
        says = f"{says}; on a loopback address it needs none"
        return Finding(subject=subject, state=State.OK, says=says)
    return Finding(
        subject=subject,
        state=State.WARN,
        says=f"{says}; whoever can reach {settings.http.host} asks and reads as one user",
        remedy="publish the port on loopback alone, or let something in front ask who calls",
    )


def _port_finding(error: CannotListenError, url: str, *, answers: bool) -> Finding:
    says, _, remedy = (remedy_for(error) or "").partition(": ")
    if answers:
        says = f"something else than {NAME} answers at {url}"
    return Finding(subject="port", state=State.FAIL, says=says, remedy=remedy)


def _readiness_finding(reading: Reading) -> Finding:
    if reading.is_well:
        return Finding(subject="service", state=State.OK, says=f"it is {reading.in_words()}")
    return Finding(
        subject="service",
        state=State.WARN,
        says=f"it is {reading.in_words()}",
        remedy=_REMEDIES.get(
            reading.details["status"], "mend what it says, and it goes on by itself"
        ),
    )


def _reading_of(url: str) -> Reading | None:
    try:
        return read(url, Probe.READY, timeout=_PROBE_SECONDS)
    except CommandFailedError:
        return None


def _usable_part(said: Mapping[str, str], bad: AbstractSet[str]) -> Settings:
    try:
        return Settings.from_env({name: text for name, text in said.items() if name not in bad})
    except SettingsError:  # without some of them the others contradict each other
        return Settings()


def _remedy_of(variable: str, layers: Layers) -> str:
    places = {
        Origin.ENVIRONMENT: "change or unset it in the environment",
        Origin.FILE: "change or remove it in the file .env of this folder",
    }
    return places.get(layers.origin_of(variable), "set it, or change what it depends on")


_REMEDIES: Final = {
    "starting": "wait until it has started",
    "draining": "wait until it has ended, then start it again",
}
