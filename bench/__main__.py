"""The command behind `make bench`."""

import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from typing_extensions import override

from bench import machines
from bench.cases import (
    analyst,
    channels,
    durable,
    echo,
    fanout,
    followers,
    growth,
    losses,
    memory,
    offered,
    overload,
    scaling,
    sends,
    slow,
    stall,
    startup,
    visible,
    waiting,
    yardstick,
)
from bench.errors import BrokenRunError
from bench.fan_outs import FanOut
from bench.options import Options
from bench.reports import Report, show, write

CASES: Final[Mapping[str, Callable[[Options], Report]]] = {
    "yardstick": yardstick.measure,
    "startup": startup.measure,
    "analyst": analyst.measure,
    "echo": echo.measure,
    "memory": memory.measure,
    "durable": durable.measure,
    "open": offered.measure,
    "sends": sends.measure,
    "waiting": waiting.measure,
    "slow": slow.measure,
    "stall": stall.measure,
    "scaling": scaling.measure,
    "growth": growth.measure,
    "overload": overload.measure,
    "visible": visible.measure,
    "fanout": fanout.measure,
    "channels": channels.measure,
    "losses": losses.measure,
    "followers": followers.measure,
}
_WIDE: Final = 110
FOLDER: Final = machines.ROOT / "build/bench"


class _Numbers(click.ParamType[tuple[int, ...]]):
    name = "numbers"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return positive numbers out of ``1,16,64``."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value} is not a list of numbers such as 1,16,64", param, ctx)
        if min(numbers) < 1:
            self.fail("all of them have to be at least 1", param, ctx)
        return numbers


class _Shapes(click.ParamType[tuple[tuple[int, int], ...]]):
    name = "shapes"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[tuple[int, int], ...]:
        """Return gateways and workers out of ``1x2,2x2``."""
        found = [re.fullmatch(r"([1-9])x([1-9])", part) for part in str(value).split(",")]
        shapes = tuple((int(part[1]), int(part[2])) for part in found if part)
        if len(shapes) < len(found):
            self.fail(f"{value} is not a list of gateways x workers such as 1x2,2x2", param, ctx)
        return shapes


class _FanOuts(click.ParamType[tuple[FanOut, ...]]):
    name = "fan-outs"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[FanOut, ...]:
        """Return who follows how much out of ``1x1000x5,200x5x20``."""
        found = [re.fullmatch(_FAN_OUT, part) for part in str(value).split(",")]
        fan_outs = tuple(FanOut(*map(int, part.groups())) for part in found if part)
        if len(fan_outs) < len(found):
            what = "a list of threads x followers of each x pieces a second such as 1x1000x5"
            self.fail(f"{value} is not {what}", param, ctx)
        return fan_outs


_FAN_OUT: Final = "x".join([r"([1-9]\d{0,4})"] * 3)


@click.command()
@click.argument("cases", nargs=-1, type=click.Choice(list(CASES)))
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--seconds", type=click.FloatRange(0), default=3, show_default=True, help="A run.")
@click.option("--warm-up", type=click.FloatRange(0), default=1, show_default=True, help="Seconds.")
@click.option("--clients", type=_Numbers(), help="Such as 1,64; else each case has its own.")
@click.option(
    "--contestants",
    multiple=True,
    type=click.Choice(durable.CONTESTANTS),
    help="Only these, in the cases durable and open; may be repeated.",
)
@click.option("--requests", type=_Numbers(), default="20000,100000", show_default=True)
@click.option("--starts", type=click.IntRange(1), default=9, show_default=True)
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="For durable: an SVG."
)
@click.option("--senders", type=click.IntRange(1), default=10_000, show_default=True)
@click.option("--waiting", type=_Numbers(), default="100,10000", show_default=True)
@click.option("--agent-seconds", type=click.FloatRange(0.01), default=2, show_default=True)
@click.option("--stall-seconds", type=click.FloatRange(0), default=3, show_default=True)
@click.option(
    "--shapes",
    type=_Shapes(),
    default="1x2,2x1,2x2,1x4,4x1,4x4",
    show_default=True,
    help="Gateways x workers.",
)
@click.option(
    "--fan-outs",
    type=_FanOuts(),
    default="1x1000x5,200x5x20",
    show_default=True,
    help="Threads x followers of each x pieces of text a second in each.",
)
@click.option("--records", type=_Numbers(), default="100000,1000000", show_default=True)
@click.option("--overload-seconds", type=click.FloatRange(0.1), default=10, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=500, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="For the reports.")
def main(
    cases: tuple[str, ...],
    *,
    rounds: int,
    seconds: float,
    warm_up: float,
    clients: tuple[int, ...] | None,
    contestants: tuple[str, ...],
    plot: Path | None,
    requests: tuple[int, ...],
    starts: int,
    senders: int,
    waiting: tuple[int, ...],
    agent_seconds: float,
    threads: int,
    overload_seconds: float,
    records: tuple[int, ...],
    stall_seconds: float,
    shapes: tuple[tuple[int, int], ...],
    fan_outs: tuple[FanOut, ...],
    folder: Path,
) -> None:
    """Measure CASES (all of them by default), print what came out, and write it down as JSON.

    It measures and asserts nothing: the exit code is 0 when a goal was missed, and 1 when a run
    broke or an answer was wrong.
    """
    aside = Console(stderr=True)
    options = Options(
        rounds=rounds,
        seconds=seconds,
        warm_up=warm_up,
        clients=clients or (),
        contestants=contestants,
        plot=plot,
        requests=requests,
        starts=starts,
        senders=senders,
        waiting=waiting,
        agent_seconds=agent_seconds,
        threads=threads,
        overload_seconds=overload_seconds,
        records=records,
        stall_seconds=stall_seconds,
        shapes=shapes,
        fan_outs=fan_outs,
        progress=lambda line: aside.print(f"[dim]{line}[/]", highlight=False, soft_wrap=True),
    )
    chosen = {name: CASES[name] for name in cases or CASES}
    sys.exit(0 if conduct(chosen, options, folder=folder, aside=aside) else 1)


def conduct(
    cases: Mapping[str, Callable[[Options], Report]],
    options: Options,
    *,
    folder: Path,
    aside: Console,
) -> bool:
    """Measure one case after the other; tell whether none broke and no answer was wrong.

    Args:
        cases: By name.
        options: See `Options`.
        folder: Takes the reports.
        aside: Is told what is no result.
    """
    # Where nobody looks at it, it is as wide as the tables want.
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    machine = machines.description()
    well = True
    for name, measure in cases.items():
        at = datetime.now(UTC)
        try:
            report = measure(options)
        except BrokenRunError as error:
            aside.print(f"[bold red]{name} broke:[/] {error}")
            well = False
            continue
        show(report, console)
        path = write(report, folder, machine=machine, at=at)
        console.print(f"  Every sample: {path}", soft_wrap=True)
        well = well and not report.errors
    return well


if __name__ == "__main__":  # pragma: no cover - the command line itself
    main()
