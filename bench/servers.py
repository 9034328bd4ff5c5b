"""A measured server: a process that lives as long as it is entered, and the load upon it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bench.errors import BrokenRunError
from bench.machines import ROOT
from bench.plans import Plan, Result
from bench.processes import family, resident_bytes
from bench.services import Service, running

HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a server is.

    Attributes:
        ports: See `Plan.ports`.
        processes: See `Plan.processes`.
        expected: See `Plan.expected`.
        generator: The module that loads it, and its arguments.
    """

    name: str
    host: str
    ports: tuple[int, ...]
    processes: dict[str, tuple[int, ...]]
    expected: str
    generator: tuple[str, ...] = ("bench.load",)

    @property
    def url(self) -> str:
        """Where one of its processes is asked."""
        return f"http://{self.host}:{self.ports[0]}"

    @property
    def resident(self) -> dict[str, int]:
        """The memory of each role that is in RAM now, in bytes."""
        return {
            role: sum(resident_bytes(member) for pid in pids for member in family(pid))
            for role, pids in self.processes.items()
        }

    @property
    def pid(self) -> int:
        """Of its only process."""
        ((pid,),) = self.processes.values()
        return pid

    def under(
        self,
        *,
        clients: int,
        seconds: float,
        rate: float = 0,
        warm_up: float = 0,
        requests: int = 0,
        threads: int = 0,
        patience: float = 30,
        may_fail: bool = False,
    ) -> Result:
        """Load the server; see `Plan` for what is not said here.

        Without any right answer there is a result only where it *may_fail*.

        Raises:
            BrokenRunError: The generator broke, or nothing was answered: there is nothing to tell.
        """
        plan = Plan(
            host=self.host,
            ports=self.ports,
            processes=self.processes,
            expected=self.expected,
            clients=clients,
            warm_up=warm_up,
            seconds=seconds,
            rate=rate,
            requests=requests,
            threads=threads,
            patience=patience,
        )
        # A file, no pipe: what it writes is megabytes, and came through a pipe cut short once.
        with tempfile.TemporaryFile() as written:
            ended = subprocess.run(  # noqa: S603 -- our own commands
                [sys.executable, "-m", *self.generator],
                input=msgspec.json.encode(plan),
                stdout=written,
                cwd=ROOT,
                check=False,
            )
            if ended.returncode:
                raise BrokenRunError(f"the load generator ended with {ended.returncode}")
            written.seek(0)
            result = msgspec.json.decode(written.read(), type=Result)
        if not (result.answers or may_fail):
            raise BrokenRunError(
                f"{self.name} gave no right answer: {result.errors or 'none at all'}"
            )
        return result


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return variables under which nothing of this machine's user is read or written.

    Args:
        folder: Takes the service's own files.
        settings: Of the service, without their prefix.
    """
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),  # for `python -m bench...`, which is not installed
        "XDG_DATA_HOME": str(folder),
        **{f"CSE_CHAT__{name}": value for name, value in settings.items()},
    }


@contextmanager
def serving(
    name: str,
    command: Sequence[str | Path],
    *,
    expected: str,
    settings: Mapping[str, str] | None = None,
    role: str = "server",
) -> Iterator[Server]:
    """Start a server, wait until it listens, and end it with SIGTERM, as an operator would.

    Args:
        name: For the report.
        command: Prints a line with its address once it listens.
        expected: See `Plan.expected`.
        settings: Of the service, without their prefix.
        role: Of its process.

    Raises:
        BrokenRunError: It did not start, or it did not end well.
    """
    with tempfile.TemporaryDirectory(prefix="cse-bench-") as text:
        folder = Path(text)
        env = environment(folder, **(settings or {}))
        service = Service(role, *command, folder=folder, env=env, name=name)
        with running([service]):
            yield Server(
                name=name,
                host=HOST,
                ports=(service.port,),
                processes={role: (service.pid,)},
                expected=expected,
            )
            service.end()
