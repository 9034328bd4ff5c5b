"""A process of the bench's that is told lines of JSON, and answers each with one."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import msgspec

from bench.errors import BrokenRunError
from bench.machines import ROOT

Said = TypeVar("Said")

_ENDING_SECONDS: Final = 30


class Dialogue:
    """Talks to one process; it ends with it."""

    def __init__(self, module: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin and process.stdout  # noqa: S101, PT018 -- both are pipes
        self._module = module
        self._stdin, self._stdout = process.stdin, process.stdout
        self.pid = process.pid

    def say(self, line: object) -> None:
        """Tell it something.

        Raises:
            BrokenRunError: It has ended.
        """
        try:
            self._stdin.write(msgspec.json.encode(line) + b"\n")
            self._stdin.flush()
        except BrokenPipeError as error:
            raise self._broken() from error

    def hear(self, kind: type[Said]) -> Said:
        """Wait for its next line.

        Raises:
            BrokenRunError: It has ended.
        """
        line = self._stdout.readline()
        if not line:
            raise self._broken()
        return msgspec.json.decode(line, type=kind)

    def ask(self, line: object, kind: type[Said]) -> Said:
        """Tell it something and return its answer.

        Raises:
            BrokenRunError: It has ended.
        """
        self.say(line)
        return self.hear(kind)

    def end(self) -> None:
        """Tell it nothing more."""
        self._stdin.close()

    def _broken(self) -> BrokenRunError:
        return BrokenRunError(f"{self._module} broke; it says why above")


@contextmanager
def talking(module: str, plan: object) -> Iterator[Dialogue]:
    """Start ``python -m`` *module* and tell it *plan*; when this is left, it is told nothing more.

    It ends then by itself; it is killed if it does not, and when something broke here.
    """
    with subprocess.Popen(  # noqa: S603 -- our own modules
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        try:
            dialogue = Dialogue(module, process)
            dialogue.say(plan)
            yield dialogue
            dialogue.end()
            process.wait(_ENDING_SECONDS)
        finally:
            process.kill()
