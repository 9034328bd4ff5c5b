"""An offer as it is under way, and what is told of it second by second."""

import math
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import IO, Final
from urllib.error import HTTPError
from urllib.request import urlopen

import msgspec

from bench.errors import BrokenRunError
from bench.figures import percentile
from bench.machines import ROOT
from bench.offering import ANSWERED, OPEN, Fate, OfferPlan
from bench.servers import Server

_STILL_OPEN: Final = 202
_LONG_POLL: Final = 10  # seconds
_POLLS: Final = 6
_HTTP_SECONDS: Final = 30
_STEP: Final = 0.1
_WELL: Final = 0.95

Meanwhile = Callable[[Callable[[], float]], None]


def offered(
    server: Server,
    *phases: tuple[float, float],
    opened: float,
    meanwhile: Meanwhile | None = None,
) -> Sequence[Fate]:
    """Offer *server* questions at given rates, and return what became of each.

    Args:
        server: Asked at the first of its processes.
        phases: Questions a second, and for how many seconds.
        opened: See `OfferPlan.opened`.
        meanwhile: Called when it has begun, with what tells how many seconds ago that was.

    Raises:
        BrokenRunError: The generator broke.
    """
    plan = OfferPlan(
        host=server.host,
        port=server.ports[0],
        phases=phases,
        expected=server.expected,
        opened=int(opened),
    )
    with (
        tempfile.TemporaryFile() as written,
        subprocess.Popen(
            [sys.executable, "-m", "bench.offering"],
            stdin=subprocess.PIPE,
            stdout=written,
            cwd=ROOT,
        ) as process,
    ):
        assert process.stdin  # noqa: S101 -- it is a pipe
        try:
            with process.stdin as stdin:
                stdin.write(msgspec.json.encode(plan))
            began = _beginning(written, process)
            if meanwhile:
                meanwhile(lambda: time.monotonic() - began)
            if process.wait():
                raise BrokenRunError(f"the offering ended with {process.returncode}")
        finally:
            process.kill()
        written.seek(0)
        _, _, fates = written.read().partition(b"\n")
    return msgspec.json.decode(fates, type=list[Fate])


def _beginning(written: IO[bytes], process: subprocess.Popen[bytes]) -> float:
    while process.poll() is None:
        line, end, _ = _first_line(written).partition(b"\n")
        if end:
            return float(line.removeprefix(b"began "))
        time.sleep(0.002)
    raise BrokenRunError("the offering did not begin")


def _first_line(written: IO[bytes]) -> bytes:
    # Not by its own position, which it shares with who writes.
    return os.pread(written.fileno(), 100, 0)


def seconds_of(fates: Sequence[Fate]) -> list[dict[str, object]]:
    """Return, second by second from the beginning, what was due, and what was told then."""
    last = math.floor(max(fate.done for fate in fates))
    return [_second(fates, number) for number in range(last + 1)]


def _second(fates: Iterable[Fate], number: int) -> dict[str, object]:
    told = [fate for fate in fates if number <= fate.done < number + 1]
    took = sorted(fate.done - fate.due for fate in told if fate.kind == ANSWERED)
    return {
        "second": number,
        "due": sum(number <= fate.due < number + 1 for fate in fates),
        **Counter(fate.kind for fate in told),
        "median_ms": percentile(took, 0.5) * 1000 if took else None,
        "p99_ms": percentile(took, 0.99) * 1000 if took else None,
    }


def answered_between(fates: Iterable[Fate], since: float, until: float) -> int:
    """Return how many answers came within that time."""
    return sum(fate.kind == ANSWERED and since <= fate.done < until for fate in fates)


def median_of(fates: Iterable[Fate], since: float, until: float) -> float:
    """Return the median time in seconds of what was due within that time and answered.

    Raises:
        BrokenRunError: There is no such thing.
    """
    took = [
        fate.done - fate.due
        for fate in fates
        if fate.kind == ANSWERED and since <= fate.due < until
    ]
    if not took:
        raise BrokenRunError(f"nothing was answered that was due from {since:.1f} to {until:.1f} s")
    return median(took)


def recovery(fates: Sequence[Fate], *, since: float, until: float, wanted: float) -> float:
    """Return after how many seconds a second begins in which *wanted* questions are answered.

    Args:
        fates: Of an offer.
        since: Counted from there, in seconds of the offer.
        until: The offer ended then; the whole time where it never happens.
        wanted: Answers within one second.
    """
    steps = math.floor((until - since - 1) / _STEP)
    for step in range(max(steps, 0) + 1):
        begin = since + step * _STEP
        if answered_between(fates, begin, begin + 1) >= wanted:
            return step * _STEP
    return until - since


def normal_again(fates: Sequence[Fate], *, before: float, since: float, until: float) -> float:
    """Return after how many seconds a second begins whose questions are answered as before.

    That is: 95 % of what is due in it within twice the 99th percentile of before.

    Args:
        fates: Of an offer.
        before: What was due until then is how it was before.
        since: Counted from there, in seconds of the offer.
        until: The offer ended then; the whole time where it never happens.

    Raises:
        BrokenRunError: Nothing was answered before.
    """
    took = sorted(
        fate.done - fate.due for fate in fates if fate.kind == ANSWERED and fate.due < before
    )
    if not took:
        raise BrokenRunError("nothing was answered before")
    limit = percentile(took, 0.99) * 2
    for step in range(max(math.floor((until - since - 1) / _STEP), 0) + 1):
        begin = since + step * _STEP
        due = [fate for fate in fates if begin <= fate.due < begin + 1]
        well = sum(fate.kind == ANSWERED and fate.done - fate.due <= limit for fate in due)
        if due and well >= _WELL * len(due):
            return step * _STEP
    return until - since


def outcomes(server: Server, fates: Iterable[Fate]) -> Mapping[str, int]:
    """Ask later for what was accepted and not answered at once; return how often came what.

    What is still open after a minute counts as `lost`.
    """
    return Counter(_outcomes(server, (fate.correlation_id for fate in fates if fate.kind == OPEN)))


def _outcomes(server: Server, ids: Iterable[str]) -> Iterator[str]:
    for correlation_id in ids:
        url = f"{server.url}/api/chat/{correlation_id}?wait={_LONG_POLL}"
        polls = (_status(url) for _ in range(_POLLS))
        status = next((status for status in polls if status != _STILL_OPEN), None)
        yield f"later: status {status}" if status else "lost"


def _status(url: str) -> int:
    try:
        with urlopen(url, timeout=_HTTP_SECONDS) as response:  # noqa: S310 -- http, to ourselves
            return int(response.status)
    except HTTPError as error:
        return error.code
