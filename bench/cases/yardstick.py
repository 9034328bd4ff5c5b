"""The machine alone: how steady is it?"""

import time

from bench.figures import Figure
from bench.options import Options
from bench.reports import Report
from bench.yardstick import milliseconds


def measure(options: Options) -> Report:
    """Time the fixed loop again and again."""
    rounds = [_round(options.seconds) for _ in range(options.rounds)]
    return Report(
        case="yardstick",
        claim="a fixed loop, again and again: what the range hides, no other figure can show",
        settings={"rounds": options.rounds, "seconds": options.seconds},
        runs=tuple({"milliseconds": samples} for samples in rounds),
        figures=(
            Figure(
                name="the loop",
                unit="ms",
                samples=tuple(sample for samples in rounds for sample in samples),
            ),
        ),
    )


def _round(seconds: float) -> list[float]:
    end = time.perf_counter() + seconds
    samples = [milliseconds()]
    while time.perf_counter() < end:
        samples.append(milliseconds())
    return samples
