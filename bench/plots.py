"""A picture of a closed loop: answers a second, and how long one takes, over the clients."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.runs import Run, of

# Told apart without colour as well; the colours are those of Okabe and Ito.
_STYLES: Final = (
    ("#0072b2", "o"),
    ("#d55e00", "s"),
    ("#009e73", "^"),
    ("#cc79a7", "D"),
    ("#e69f00", "v"),
    ("#555555", "x"),
)
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "cse-chat",  # else each drawing has other ids
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_SIZE: Final = (10, 4.2)
_FRONT: Final = "cse-chat"


def draw(runs: Sequence[Run], path: Path) -> None:
    """Write an SVG of *runs*; the same runs give the same bytes.

    Args:
        runs: Of several contestants; the points are medians over the rounds. One without any right
            answer has no point.
        path: Its folder is made.
    """
    # Here, because nobody else needs it, and it takes a second to be imported.
    from matplotlib import rc_context  # noqa: PLC0415 -- see above
    from matplotlib.figure import Figure  # noqa: PLC0415 -- see above

    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(run.contestant for run in runs))
    levels = sorted({run.clients for run in runs})
    with rc_context(_SETTINGS):
        figure = Figure(figsize=_SIZE, layout="constrained", facecolor="white")
        rates, latencies = figure.subplots(1, 2)
        for axes, title, value in (
            (rates, "Answers a second", lambda run: run.per_second),
            (latencies, "Median latency, ms", lambda run: run.latency(0.5)),
        ):
            for name, (colour, marker) in zip(_front_first(names), _STYLES, strict=False):
                points = _points(runs, name, levels, value)
                axes.plot(
                    [clients for clients, _ in points],
                    [y for _, y in points],
                    color=colour,
                    marker=marker,
                    label=name,
                    linewidth=2.5 if name == _FRONT else 1.2,
                )
            axes.set(xscale="log", yscale="log", xlabel="Clients", title=title)
            axes.set_xticks(levels, [f"{level:,}" for level in levels])
            axes.minorticks_off()
            axes.grid(visible=True, color="#dddddd", linewidth=0.6)
        rates.legend(frameon=False, fontsize=9)
        figure.savefig(path, format="svg", metadata={"Date": None})


def _front_first(names: Sequence[str]) -> list[str]:
    """Return *names* so that ours keeps its colour, whoever takes part."""
    return sorted(names, key=lambda name: name != _FRONT)


def _points(
    runs: Sequence[Run], name: str, levels: Sequence[int], value: Callable[[Run], float]
) -> list[tuple[int, float]]:
    rows = ((clients, of(runs, name, clients)) for clients in levels)
    medians = ((clients, median(map(value, row))) for clients, row in rows if row)
    return [(clients, y) for clients, y in medians if y]
