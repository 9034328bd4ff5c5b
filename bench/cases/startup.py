"""How long a person waits for the command line, and for the service to be there."""

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from bench.cluster import COMMAND
from bench.errors import BrokenRunError
from bench.figures import Direction, Figure, Goal
from bench.options import Options
from bench.processes import cpu_seconds
from bench.reports import Report
from bench.servers import environment
from bench.yardstick import milliseconds

_START_SECONDS = 60.0
_POLL_SECONDS = 0.002
_READY = re.compile(r"ready in ([\d.]+) s")

_NOTHING = "python -c pass"
_HELP = "cse-chat --help"
_FIRST = "cse-chat run, the first time (builds the database)"
_RUN = "cse-chat run"
_RUN_SAID = "cse-chat run, by its own word"
_WANTED = {_HELP: Goal(Direction.AT_MOST, 0.4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One turn of everything, by what was started.

    Attributes:
        seconds: Until it had ended, or could be connected to.
        cpu_seconds: The processor time that it took until then: steadier on a busy machine.
    """

    seconds: Mapping[str, float]
    cpu_seconds: Mapping[str, float]
    yardstick_ms: tuple[float, float]


def measure(options: Options) -> Report:
    """Start everything in turns."""
    starts = []
    for turn in range(options.starts):
        starts.append(_start_everything())
        options.progress(
            f"turn {turn + 1}: "
            + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in starts[-1].seconds.items())
        )
    return report_of(starts, options)


def _start_everything() -> Start:
    before = milliseconds()
    with tempfile.TemporaryDirectory(prefix="cse-bench-") as text:
        folder = Path(text)
        first, _ = _until_ready(folder)
        run, said = _until_ready(folder)
        took = {
            _NOTHING: _until_ended([sys.executable, "-c", "pass"], folder),
            _HELP: _until_ended([COMMAND, "--help"], folder),
            _RUN: run,
            _FIRST: first,
        }
    return Start(
        seconds={name: seconds for name, (seconds, _) in took.items()} | {_RUN_SAID: said},
        cpu_seconds={name: cpu for name, (_, cpu) in took.items()},
        yardstick_ms=(before, milliseconds()),
    )


def _until_ended(command: Sequence[str | Path], folder: Path) -> tuple[float, float]:
    """Return the seconds until it ended, and its processor time."""
    started, before = time.perf_counter(), _cpu_of_the_ended()
    ended = subprocess.run(  # noqa: S603 -- our own commands
        command, stdout=subprocess.DEVNULL, cwd=folder, env=environment(folder), check=False
    )
    took = time.perf_counter() - started
    if ended.returncode:
        raise BrokenRunError(f"{command[0]} ended with {ended.returncode}")
    return took, _cpu_of_the_ended() - before


def _cpu_of_the_ended() -> float:
    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _until_ready(folder: Path) -> tuple[tuple[float, float], float]:
    """Return the seconds until it can be connected to, its processor time, and its own word."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 -- our own command
        [COMMAND, "run", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment(folder),
        text=True,
    ) as process:
        try:
            _poll(lambda: _is_open(port), process)
            took = time.perf_counter() - started, cpu_seconds(process.pid)
            assert process.stdout  # noqa: S101 -- it is a pipe
            said = _READY.search(process.stdout.readline())
            if said is None:
                raise BrokenRunError("cse-chat run does not say that it is ready")
            return took, float(said[1])
        finally:
            process.terminate()


def _poll(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.perf_counter() + _START_SECONDS
    while not condition():
        if process.poll() is not None or time.perf_counter() > end:
            raise BrokenRunError(f"cse-chat run is not there after {_START_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _is_open(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def report_of(starts: Sequence[Start], options: Options) -> Report:
    """Return what *starts* say."""
    waits = [
        Figure(
            name=name,
            unit="s",
            samples=tuple(start.seconds[name] for start in starts),
            goal=_WANTED.get(name),
        )
        for name in (_NOTHING, _HELP, _RUN, _RUN_SAID, _FIRST)
    ]
    costs = [
        Figure(
            name=f"{name}: processor time",
            unit="s",
            samples=tuple(start.cpu_seconds[name] for start in starts),
        )
        for name in (_NOTHING, _HELP, _RUN, _FIRST)
    ]
    return Report(
        case="startup",
        claim="from the command to its end, or to a port that can be connected to",
        settings={"starts": options.starts, "agent": "analyst"},
        runs=tuple(
            {
                "seconds": start.seconds,
                "cpu_seconds": start.cpu_seconds,
                "yardstick_ms": start.yardstick_ms,
            }
            for start in starts
        ),
        figures=(*waits, *costs),
    )
