"""A process of a contestant: it says when it serves, and never outlives us."""

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bench.errors import BrokenRunError
from brokers.tied import tied

_READY: Final = re.compile(r"ready|http://")
_ADDRESS: Final = re.compile(r"http://\S+")
_STARTING_SECONDS: Final = 60
_ENDING_SECONDS: Final = 90  # a busy machine, with thousands of connections
_LAST_WORDS: Final = 2_000


class Service:
    """One process; the same can be started once.

    Attributes:
        role: What its processor time and memory count as.
    """

    def __init__(
        self,
        role: str,
        *command: str | Path,
        folder: Path,
        env: Mapping[str, str],
        name: str = "",
    ) -> None:
        """Store the arguments.

        Args:
            role: Such as ``gateway``.
            command: Prints a line once it serves, with its address if it has one, else with
                ``ready``.
            folder: It works there, and its log is written there; made when it is missing.
            env: All of its environment.
            name: For what is said of it; its role, if none is given.
        """
        self.role = role
        self._name = name or role
        self._command = command
        self._folder = folder
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None
        self._said = b""

    @property
    def pid(self) -> int:
        """The process, which was started."""
        return self._started().pid

    @property
    def port(self) -> int:
        """Where it said that it listens.

        Raises:
            BrokenRunError: It said no such thing.
        """
        address = _ADDRESS.search(self._said.decode())
        if address is None:
            raise self._broken("did not say where it listens")
        return urlsplit(address[0]).port or 0

    def start(self) -> None:
        """Start it; whoever starts several waits for all of them afterwards."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._stderr.open("wb") as stderr:
            self._process = subprocess.Popen(  # noqa: S603 -- our own commands
                tied(*self._command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=self._folder,  # where there is no `.env`
                env=self._env,
                start_new_session=True,
            )

    def wait_until_it_serves(self) -> None:
        """Return once it has said that it is ready.

        Raises:
            BrokenRunError: It ended before, or it took too long.
        """
        stdout = self._started().stdout
        assert stdout  # noqa: S101 -- it is a pipe
        end = time.monotonic() + _STARTING_SECONDS
        while not _READY.search(self._said.decode(errors="replace").rpartition("\n")[0]):
            readable, _, _ = select.select([stdout], [], [], max(end - time.monotonic(), 0))
            more = os.read(stdout.fileno(), 65_536) if readable else b""
            if not more:
                raise self._broken("did not start")
            self._said += more

    def freeze(self) -> None:
        """Let it hang: it keeps its connections, and does nothing."""
        self._started().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._started().send_signal(signal.SIGCONT)

    def end(self) -> None:
        """End it with SIGTERM, as an operator would.

        Raises:
            BrokenRunError: It did not end, or not well.
        """
        process = self._started()
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise self._broken(f"did not end within {_ENDING_SECONDS} s of SIGTERM") from error
        if code not in {0, -signal.SIGTERM}:
            raise self._broken(f"ended with {code}")

    def kill(self) -> None:
        """End it and what it started at once; nothing happens when it has ended."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin and process.stdout  # noqa: S101, PT018 -- both are pipes
        process.stdin.close()  # the tie: its whole process group is killed
        process.kill()
        process.wait()
        process.stdout.close()

    def log(self) -> str:
        """Return what it wrote to stderr."""
        return self._stderr.read_text("utf-8", "replace")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise BrokenRunError(f"{self._name} was not started")
        return self._process

    def _broken(self, what: str) -> BrokenRunError:
        words = self.log()[-_LAST_WORDS:]
        return BrokenRunError(f"{self._name} {what}; its last words:\n{words}")

    @property
    def _stderr(self) -> Path:
        return self._folder / "stderr"


@contextmanager
def running(services: Sequence[Service]) -> Iterator[None]:
    """Start all of them at once, return when all serve, and kill what is left of them.

    Raises:
        BrokenRunError: One did not start.
    """
    try:
        for service in services:
            service.start()
        for service in services:
            service.wait_until_it_serves()
        yield
    finally:
        for service in services:
            service.kill()
