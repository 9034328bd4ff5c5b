"""The how-to about agents, done as it is written: files, installation, service, answers, tests."""

import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from cse_chat.entrypoints.server import listening_socket
from tests.integration.pages import Command, File, read_page
from tests.integration.processes import COMMAND

PAGE = Path(__file__).parents[2] / "docs/how-to/write-an-agent.md"
PLACE = "/home/me/cse-chat"  # where the page is followed, in what it shows
THREAD = re.compile(r"thread_[a-z0-9]{26}")
TAKEN = "on 127.0.0.1 is taken"  # the port, by a process that has nothing to do with this test
REQUEST = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Reader:
    """Somebody who does what a page says, in a folder and on a port of their own.

    Attributes:
        differences: Commands whose output was another than on the page.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._service = ExitStack()
        self._thread = ""
        self.done: list[str] = []
        self.differences: list[tuple[str, str]] = []
        self._env = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(folder / "site"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the plugins of this clone take seconds
            "XDG_DATA_HOME": str(folder),
        }
        self._move()

    def write(self, file: File) -> None:
        path = self._folder / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_text(file.text, encoding="utf-8")

    def follow(self, command: Command) -> None:
        words = shlex.split(THREAD.sub(self._thread, command.line))
        settings = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
        program, *arguments = words[len(settings) :]
        self.done.append(Path(program).name + " " + " ".join(arguments[:3]))
        if arguments[:3] == ["-m", "pip", "install"]:
            self._install(self._folder / arguments[-1])
        elif arguments == ["run"] and command.output is None:
            self._start(settings)
        else:
            if arguments == ["run"]:
                self.stop()
            path = COMMAND if program.endswith("cse-chat") else Path(sys.executable)
            result = self._run(path, *arguments, settings=settings)
            while TAKEN in result.stdout:
                self._move()
                result = self._run(path, *arguments, settings=settings)
            self._compare(command, result)

    def stop(self) -> None:
        self._service.close()

    def _move(self) -> None:
        """Choose a port that is free; it may be taken before it is listened at."""
        with listening_socket("127.0.0.1", 0) as free:
            self._env["CSE_CHAT__HTTP__PORT"] = str(free.getsockname()[1])

    def _install(self, project: Path) -> None:
        """As pip would, but without looking for anything and into a folder of this test."""
        build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
        built = self._run(Path(sys.executable), "-c", build, str(self._folder), cwd=project)
        assert built.returncode == 0, built.stdout
        (wheel,) = self._folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            info = [name for name in archive.namelist() if ".dist-info/" in name]
            archive.extractall(self._folder / "site", info)
        # What `-e` means: the code itself stays where it is written.
        self._env["PYTHONPATH"] += os.pathsep + str(project)

    def _start(self, settings: dict[str, str]) -> None:
        first_line = self._first_line_of_service(settings)
        while TAKEN in first_line:
            self._move()
            first_line = self._first_line_of_service(settings)
        assert first_line.startswith("cse-chat listens at ")

    def _first_line_of_service(self, settings: dict[str, str]) -> str:
        """Return what it says once it listens, or why it does not."""
        self.stop()  # only one can listen there
        errors = self._folder / "stderr"
        with errors.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 -- our own command
                [COMMAND, "run"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self._folder,
                env=self._env | settings,
            )
        self._service.callback(process.communicate)
        self._service.callback(process.kill)
        assert process.stdout
        return process.stdout.readline() or errors.read_text()

    def _run(
        self,
        program: Path,
        *arguments: str,
        cwd: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 -- what our own page says
            [program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd or self._folder,
            env=self._env | dict(settings or {}),
            timeout=30,
            check=False,
        )

    def _compare(self, command: Command, result: subprocess.CompletedProcess[str]) -> None:
        found = THREAD.search(result.stdout)
        self._thread = found.group() if found else self._thread
        if command.output is None:
            assert result.returncode == 0, result.stdout
            return
        # A command printed for pasting names the program as it was started here.
        shown = result.stdout.replace(str(COMMAND), ".venv/bin/cse-chat")
        shown = shown.replace(str(self._folder), PLACE)
        if _comparable(shown) != _comparable(command.output):
            self.differences.append((command.line, shown))


def _comparable(output: str) -> list[str]:
    """Return the lines of *output* without names made anew each time, and spaces at their ends."""
    return [REQUEST.sub("", THREAD.sub("", line)).rstrip() for line in output.splitlines()]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    reader.stop()


@pytest.mark.timeout(180)  # eleven processes, one after the other
def test_the_how_to_does_what_it_says(reader: Reader) -> None:
    for part in read_page(PAGE):
        if isinstance(part, File):
            reader.write(part)
        else:
            reader.follow(part)

    assert reader.differences == []
    assert [line for line in reader.done if "ask" not in line] == [
        "python -m pip install",
        "cse-chat run",
        "cse-chat run",
        "python -m pytest counter",
        "cse-chat run",
        "cse-chat run",
        "cse-chat run",
    ]
    assert len(reader.done) == 11
