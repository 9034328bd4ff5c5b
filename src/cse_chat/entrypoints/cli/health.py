"""``cse-chat health``: one question to a running service, quick enough for a container.

Neither the client nor the settings of the other commands: they take a second to import.
"""

import json
import threading
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import click
from typing_extensions import override

from cse_chat.entrypoints.addresses import DEFAULT_HOST, DEFAULT_PORT, url_of
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode, fail
from cse_chat.entrypoints.cli.layers import Layers
from cse_chat.entrypoints.cli.printing import print_json, printable

_MOST_BYTES: Final = 65_536
_OK: Final = 200
_LAST_PORT: Final = 65_535


class Probe(StrEnum):
    """What is asked: does it answer at all, may it be given questions, is its start over."""

    READY = "ready"
    LIVE = "live"
    STARTUP = "startup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a service said of itself.

    Attributes:
        details: The document that it gave; empty if it is none of ours.
    """

    status: int
    details: dict[str, Any]

    @property
    def is_ours(self) -> bool:
        """Whether a service of this product speaks."""
        return isinstance(self.details.get("status"), str)

    @property
    def is_well(self) -> bool:
        """Whether the answer to the probe is yes."""
        return self.is_ours and self.status == _OK

    def in_words(self) -> str:
        """Return its state, with what a person asks next."""
        beside = [f"agent {agent}"] if isinstance(agent := self.details.get("agent"), str) else []
        requests = self.details.get("requests")
        unfinished = requests.get("unfinished") if isinstance(requests, dict) else None
        beside += [f"{unfinished} unfinished"] if unfinished is not None else []
        state = printable(self.details["status"])
        state = f"{state} ({printable(', '.join(beside))})" if beside else state
        return "; ".join([state, *self.troubles()])

    def troubles(self) -> list[str]:
        """Return what it says is wrong with the servers that it needs, a text each."""
        problems = self.details.get("problems")
        return [
            printable(
                f"{each.get('dependency')}: {each.get('reason')}. {each.get('remedy')}"
                f" ({each.get('setting')})"
            )
            for each in (problems if isinstance(problems, list) else ())
            if isinstance(each, dict)
        ]


def health(*, url: str | None, probe: Probe, timeout: float, as_json: bool) -> None:
    """Ask, and print the answer on one line.

    Args:
        url: Where the service is; ``None``: where the settings put it.
        probe: What to ask.
        timeout: Seconds for everything.
        as_json: Print a document instead.

    Raises:
        CommandFailedError: It is not well, or does not answer.
    """
    address = url or address_in_settings()
    asked = {"url": address, "probe": str(probe)}
    try:
        reading = read(address, probe, timeout=timeout)
    except CommandFailedError as error:
        if as_json:
            print_json({**asked, "well": False, "error": str(error)}, indent=None)
        raise
    if as_json:
        answer = {"well": reading.is_well, "status": reading.status, "details": reading.details}
        print_json(asked | answer, indent=None)
    _require_well(reading, address)
    if not as_json:
        click.echo(f"{address} is {reading.in_words()}")


def read(url: str, probe: Probe, *, timeout: float) -> Reading:
    """Return what the service at *url* says, after at most *timeout* seconds.

    Raises:
        CommandFailedError: Nothing answers there in time, or *url* is no address.
    """
    place = place_of(url)
    call = _Call(place, f"{place.path.rstrip('/')}/health/{probe}", timeout)
    call.start()
    # The limits of a socket are per packet, and none is for the look-up of a name.
    call.join(timeout)
    if call.reading is not None:
        return call.reading
    if isinstance(call.error, ConnectionRefusedError):
        fail(ExitCode.UNREACHABLE, f"nothing listens at {url}", because=call.error)
    if call.error is None or isinstance(call.error, TimeoutError):
        message = f"{url} does not answer within {timeout:g} s"
        raise CommandFailedError(ExitCode.UNREACHABLE, message) from call.error
    message = f"{url} cannot be asked ({_kind_of(call.error)})"
    raise CommandFailedError(ExitCode.UNREACHABLE, message) from call.error


def address_in_settings() -> str:
    """Return where the settings put the service.

    Raises:
        CommandFailedError: They name no port, or what cannot be one.
    """
    said = Layers.of_process().merged()
    host = said.get("CSE_CHAT__HTTP__HOST") or DEFAULT_HOST
    port = said.get("CSE_CHAT__HTTP__PORT") or str(DEFAULT_PORT)
    if not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) <= _LAST_PORT:
        raise CommandFailedError(
            ExitCode.UNUSABLE,
            "CSE_CHAT__HTTP__PORT names no port to ask: say with --url where the service is",
        )
    return url_of(host, int(port))


def _require_well(reading: Reading, url: str) -> None:
    if not reading.is_ours:
        raise CommandFailedError(
            ExitCode.REFUSED,
            f"what answers at {url} is no cse-chat service (status {reading.status})",
        )
    if not reading.is_well:
        raise CommandFailedError(ExitCode.REFUSED, f"{url} is {reading.in_words()}")


def place_of(url: str) -> SplitResult:
    """Return the parts of *url*.

    Raises:
        CommandFailedError: It is no address of a service.
    """
    try:
        place = urlsplit(url)
        usable = place.scheme in {"http", "https"} and place.hostname and place.port != 0
    except ValueError as error:
        fail(ExitCode.UNUSABLE, _NO_ADDRESS, because=error)
    if not usable:
        raise CommandFailedError(ExitCode.UNUSABLE, _NO_ADDRESS)
    return place


def _kind_of(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return printable(reason or type(error).__name__)


class _Call(threading.Thread):
    """One exchange; left alone when it takes too long, and no reason for the process to stay."""

    def __init__(self, place: SplitResult, path: str, timeout: float) -> None:
        super().__init__(daemon=True)
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        self._connection = kind(place.hostname or "", place.port, timeout=timeout)
        self._path = path
        self.reading: Reading | None = None
        self.error: Exception | None = None

    @override
    def run(self) -> None:
        """Keep what came of it."""
        try:
            self._connection.request("GET", self._path, headers={"Accept": "application/json"})
            response = self._connection.getresponse()
            body = response.read(_MOST_BYTES)
            self.reading = Reading(status=response.status, details=_object_in(body))
        except (OSError, HTTPException, ValueError) as error:
            self.error = error
        finally:
            self._connection.close()


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


_NO_ADDRESS: Final = "--url must be an address such as http://127.0.0.1:8000"
