"""The service and its commands as a user starts them: processes, in a folder of their own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from brokers.tied import tied

COMMAND = Path(sys.executable).with_name("cse-chat")


class RunningProcess:
    """The service, or one of its roles; it is killed when it is left, and when we end.

    Attributes:
        role: Its command.
        process: It, once it was started.
        first_line: What it said when it was ready.
        url: Where it said that it listens, else where it was told to; empty if neither is known.
    """

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str] | None = None,
        /,
        *,
        role: str = "run",
        port: int = 0,
        **settings: str,
    ) -> None:
        """Store the arguments.

        Args:
            folder: Takes its log; made when it is missing.
            env: All of its environment; ``None``: a small one, with *settings*.
            role: Its command.
            port: 0 takes a free one; a worker then has none.
            settings: Without prefix.
        """
        self.role = role
        self.first_line = ""
        self.url = f"http://127.0.0.1:{port}" if port else ""
        self._folder = folder
        self._port = port
        self._env = environment(folder, **settings) if env is None else env

    def __enter__(self) -> Self:
        """Start it, and return once it serves."""
        self.start()
        try:
            self.wait_until_it_serves()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self.process.communicate()

    def start(self) -> None:
        """Start it; whoever starts several can wait for all of them afterwards."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._stderr.open("wb") as stderr:
            self.process = subprocess.Popen(  # noqa: S603 -- our own command
                tied(COMMAND, self.role, "--port", str(self._port)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                cwd=self._folder,
                env=self._env,
                start_new_session=True,
            )

    def wait_until_it_serves(self) -> None:
        """Return when it has said that it is ready; fail if it ends before."""
        assert self.process.stdout
        self.first_line = self.process.stdout.readline()
        assert self.first_line, f"{self.role} did not start:\n{self.stderr()}"
        self.url = next(iter(re.findall(r"http://\S+", self.first_line)), self.url)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def terminate(self) -> None:
        self.process.terminate()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def ask(self, message: str, **headers: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/api/chat", json={"message": message}, headers=headers, timeout=20
        )

    def stderr(self) -> str:
        return self._stderr.read_text(encoding="utf-8", errors="replace")

    def log(self) -> list[dict[str, Any]]:
        """Return the lines of its log; it has written nothing else to stderr."""
        return [json.loads(line) for line in self.stderr().splitlines()]

    @property
    def _stderr(self) -> Path:
        return self._folder / "stderr"


def environment(folder: Path, **settings: str) -> dict[str, str]:
    named = {f"CSE_CHAT__{name}": value for name, value in settings.items()}
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {
        **measured,  # else what a command does would not count
        "PATH": os.defpath,  # so that our command is not on it, activated or not
        "XDG_DATA_HOME": str(folder),
        "CSE_CHAT__AGENT__NAME": "echo",
        **named,
    }


def run(
    folder: Path, *arguments: str, stdin: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own command
        [COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(folder, **settings),
        timeout=30,
        check=False,
    )


def wait_until(condition: Callable[[], object]) -> None:
    """Return once *condition* holds; the time limit of the test is the limit of this, too."""
    while not condition():
        time.sleep(0.01)


def has_logged(service: RunningProcess, event: str) -> bool:
    return any(line["event"] == event for line in service.log())
