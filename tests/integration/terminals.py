"""A command at a terminal that the test plays: what it shows, and the keys that are pressed."""

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

CTRL_C = "\x03"
CTRL_D = "\x04"
UP = "\x1b[A"
HIDE_CURSOR = "\x1b[?25l"
SHOW_CURSOR = "\x1b[?25h"
# What only steers the terminal: colours, the cursor, bracketed paste.
_STEERING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
_SECONDS = 20
_PRESSES = 5


class Terminal:
    """Runs *command* at a terminal; the process is gone when it is left."""

    def __init__(
        self, command: Sequence[str | Path], *, folder: Path, env: Mapping[str, str]
    ) -> None:
        self._command = command
        self._folder = folder
        self._env = {"TERM": "xterm", "COLUMNS": "120", "LINES": "40", **env}
        self._seen = 0
        self.raw = ""

    def __enter__(self) -> Self:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(  # noqa: S603 -- our own command
            self._command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=self._folder,
            env=self._env,
            process_group=None,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 -- this process has no other threads here
        )
        os.close(theirs)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    @property
    def shown(self) -> str:
        """Everything shown until now, without what steers the terminal."""
        return _STEERING.sub("", self.raw)

    def press(self, keys: str) -> None:
        """Press *keys*."""
        os.write(self._ours, keys.encode())

    def interrupt(self, told: str) -> None:
        """Press Ctrl+C at the prompt until it is *told*.

        Python notices one that comes just before readline waits for a key only with the next key.
        """
        for _ in range(_PRESSES):
            self.press(CTRL_C)
            with suppress(AssertionError):
                self.until(told, seconds=_SECONDS / _PRESSES)
                return
        raise AssertionError(f"{told!r} is not in {self.shown[self._seen :]!r}")

    def until(self, text: str, *, seconds: float = _SECONDS) -> str:
        """Return what is shown from the last look to *text*; fail when it does not come."""
        end = time.monotonic() + seconds
        while text not in self.shown[self._seen :]:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"{text!r} is not in {self.shown[self._seen :]!r}")
        stop = self.shown.index(text, self._seen) + len(text)
        part, self._seen = self.shown[self._seen : stop], stop
        return part

    def interrupted(self) -> int:
        """Press Ctrl+C until it ends; return the exit code. See `interrupt`."""
        for _ in range(_PRESSES):
            self.press(CTRL_C)
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(_SECONDS / _PRESSES)
        raise AssertionError("Ctrl+C does not end it")

    def ended(self) -> int:
        """Return the exit code, when everything was shown."""
        end = time.monotonic() + _SECONDS
        while self._read(end - time.monotonic()):
            pass
        return self.process.wait(_SECONDS)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self._ours, 65_536)
        except OSError:  # how Linux says that nobody has the other side open any more
            return False
        self.raw += data.decode(errors="replace")
        return bool(data)


def _take_terminal() -> None:
    import fcntl  # noqa: PLC0415
    import termios  # noqa: PLC0415

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
