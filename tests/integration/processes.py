"""The service and its commands as a user starts them: processes, in a folder of their own."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

COMMAND = Path(sys.executable).with_name("cse-chat")


class RunningProcess:
    """The service, on a free port unless one is given; ends when it is left.

    Attributes:
        first_line: What it said when it was ready.
        url: Where it said that it listens; empty if the first line does not say so.
    """

    def __init__(self, folder: Path, *, role: str = "run", port: int = 0, **settings: str) -> None:
        self._folder = folder
        self._role = role
        self._port = port
        self._settings = settings
        self.first_line = ""

    def __enter__(self) -> Self:
        self._errors = (self._folder / "stderr").open("wb")
        self.process = subprocess.Popen(  # noqa: S603 -- our own command
            [COMMAND, self._role, "--port", str(self._port)],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=self._folder,
            env=environment(self._folder, **self._settings),
        )
        assert self.process.stdout
        self.first_line = self.process.stdout.readline()
        self.url = next(iter(re.findall(r"http://\S+", self.first_line)), "")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.communicate()
        self._errors.close()

    def ask(self, message: str, **headers: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/api/chat", json={"message": message}, headers=headers, timeout=20
        )

    def log(self) -> list[dict[str, Any]]:
        text = (self._folder / "stderr").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


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
