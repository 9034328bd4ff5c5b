"""A picture of a closed loop: answers a second, and how long one takes, over the clients."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.cluster import OURS
from bench.contestants.durable import CELERY, FASTSTREAM, FLOOR, ORIGINAL, ROOF
from bench.runs import Run, of

# Told apart without colour as well; the colours are those of Okabe and Ito.
_STYLES: Final[Mapping[str, tuple[str, str]]] = {
    OURS: ("#0072b2", "o"),
    ORIGINAL: ("#d55e00", "s"),
    FLOOR: ("#009e73", "^"),
    ROOF: ("#555555", "x"),
    FASTSTREAM: ("#cc79a7", "D"),
    CELERY: ("#e69f00", "v"),
}
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "cse-chat",  # else each drawing has other ids
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_SIZE: Final = (10, 4.2)


def draw(runs: Sequence[Run], path: Path) -> None:
    """Write an SVG of *runs*; the same runs give the same bytes.

    Args:
        runs: Their points are medians over the rounds, hollow where anything went wrong; without
            any right answer there is none.
        path: Its folder is made.
    """
    # Here, because nobody else needs it, and it takes a second to be imported.
    from matplotlib import rc_context  # noqa: PLC0415 -- see above
    from matplotlib.figure import Figure  # noqa: PLC0415 -- see above

    path.parent.mkdir(parents=True, exist_ok=True)
    with rc_context(_SETTINGS):
        figure = Figure(figsize=_SIZE, layout="constrained", facecolor="white")
        rates, latencies = figure.subplots(1, 2)
        _fill(rates, "Answers a second", runs, lambda run: run.per_second)
        _fill(latencies, "Median latency, ms", runs, lambda run: run.latency(0.5))
        rates.legend(frameon=False, fontsize=9)
        figure.savefig(path, format="svg", metadata={"Date": None})


def _fill(axes: Any, title: str, runs: Sequence[Run], value: Callable[[Run], float]) -> None:  # noqa: ANN401 -- its types would be an import
    for name in (name for name in _STYLES if any(run.contestant == name for run in runs)):
        colour, marker = _STYLES[name]
        levels, heights, failed = _points(runs, name, value)
        width = 2.5 if name == OURS else 1.2
        style = {"color": colour, "marker": marker, "linewidth": width}
        axes.plot(levels, heights, label=name, **style)
        hollow = [
            height if wrong else math.nan for height, wrong in zip(heights, failed, strict=True)
        ]
        axes.plot(levels, hollow, markerfacecolor="white", linestyle="none", **style)
    levels = sorted({run.clients for run in runs})
    axes.set(xscale="log", yscale="log", xlabel="Clients (hollow: with errors)", title=title)
    axes.set_xticks(levels, [f"{level:,}" for level in levels])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)


def _points(
    runs: Sequence[Run], name: str, value: Callable[[Run], float]
) -> tuple[list[int], list[float], list[bool]]:
    """Return where there are points, how high, and where anything went wrong."""
    levels = sorted({run.clients for run in runs if run.contestant == name})
    rows = [of(runs, name, clients) for clients in levels]
    # A gap in the line, no line across it.
    heights = [median(value(run) for run in row) or math.nan for row in rows]
    return levels, heights, [any(run.errors for run in row) for row in rows]
