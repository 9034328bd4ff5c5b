"""A server as a process of ours: it never outlives us, and can be killed, frozen and restarted."""

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from brokers.errors import BrokerError
from brokers.ports import connects, free_port
from brokers.tied import tied

_POLL_SECONDS: Final = 0.03
_STOPPING_SECONDS: Final = 30
_TAIL_LINES: Final = 12


class Server(ABC):
    """One server on this machine's loopback; runs while it is entered.

    It is killed when the process that started it ends, be it by SIGKILL.

    Attributes:
        folder: Has its data and its log.
        port: Where it listens; the same after each restart.
    """

    name: str
    patience_seconds: float = 60

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        """Store the arguments.

        Args:
            folder: Takes its data and its log; made when it is missing.
            port: 0 takes a free one.
        """
        self.folder = folder.absolute()
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill it."""
        self.kill()

    @property
    def pid(self) -> int:
        """The process, which runs."""
        return self._running().pid

    def start(self) -> None:
        """Start it on the data it has, and return once it answers.

        Raises:
            BrokerError: It runs already, its port is taken, or it cannot be started.
        """
        if self._process is not None and self._process.poll() is None:
            raise BrokerError(f"{self.name} runs already")
        self.kill()  # what is left of one that ended by itself
        if connects(self.port):  # else that server would seem to be ours
            raise BrokerError(f"{self.name} cannot start: port {self.port} is in use")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prepare()
        with self._log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 -- a command of ours
                tied(*self.command()),
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl+C is for us, and we decide what it means for it
            )
        try:
            self._wait_until_it_answers(self._process)
        except BaseException:  # also when a Ctrl+C ends the waiting
            self.kill()
            raise

    def stop(self) -> None:
        """End it as an operator does, and wait until it has ended.

        Raises:
            BrokerError: It had to be killed in the end.
        """
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once; nothing happens when it does not run."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Kill it, and start it again on the same data and port."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Let it hang: it keeps its connections, and does nothing."""
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on; nothing happens when it does not run."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)

    def revive(self) -> None:
        """Return when it answers, whether it was killed, was frozen, or nothing was."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        else:
            self.thaw()
            self._wait_until_it_answers(self._process)

    @abstractmethod
    def prepare(self) -> None:
        """Make what has to be there before each start."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """Return what starts it in the foreground; the program by its path."""

    @abstractmethod
    def answers(self) -> bool:
        """Say whether it does its work."""

    def check(self) -> None:
        """Look whether it still runs.

        Raises:
            BrokerError: It does not, though nobody here ended it.
        """
        status = self._running().poll()
        if status is not None:
            how = signal.Signals(-status).name if status < 0 else f"status {status}"
            raise BrokerError(f"{self.name} has ended ({how}); its log is {self._log}")

    def said(self) -> str:
        """Return what it wrote to its log since its last start."""
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    @property
    def _log(self) -> Path:
        return self.folder / "log.txt"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise BrokerError(f"{self.name} does not run")
        return self._process

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.send_signal(number)
            process.send_signal(signal.SIGCONT)  # a frozen one would end never
            process.wait(_STOPPING_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise BrokerError(f"{self.name} did not end in {_STOPPING_SECONDS} s") from error
        finally:
            process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + self.patience_seconds
        while not self.answers():
            if process.poll() is not None or time.monotonic() > end:
                tail = self.said().splitlines()[-_TAIL_LINES:]
                raise BrokerError("\n".join([f"{self.name} does not start. It says:", *tail]))
            time.sleep(_POLL_SECONDS)
