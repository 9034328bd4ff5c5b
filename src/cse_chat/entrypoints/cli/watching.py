"""``cse-chat doctor --watch``: how processes are doing, again and again until Ctrl+C."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cse_chat.entrypoints.addresses import url_of
from cse_chat.entrypoints.cli.configuration import read_settings
from cse_chat.entrypoints.cli.consoles import console
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.health import place_of
from cse_chat.entrypoints.cli.interrupts import interrupted_at_once
from cse_chat.entrypoints.cli.printing import printable
from cse_chat.entrypoints.cli.scraping import NOT_OURS, Fetch, Unreachable, asking
from cse_chat.entrypoints.cli.vital_signs import SIGNS, Balance, Sign, in_words, state_of
from cse_chat.entrypoints.metrics import labels
from cse_chat.entrypoints.metrics.families import gateway, kafka, process, worker
from cse_chat.entrypoints.metrics.reading import Scrape, Stretch
from cse_chat.entrypoints.settings import Settings

_EVERY: Final = 1.0  # seconds
_ANSWERED_WITHIN: Final = 0.9
_LOOKED_BACK: Final = 5  # scrapes: over these go rates and quantiles


class Watched:
    """One process, and what it told lately.

    Attributes:
        is_optional: Whether it need not be there, since another may do its work as well.
        problem: Why it tells nothing; ``None`` while it does.
    """

    def __init__(self, url: str, *, is_optional: bool = False) -> None:
        self.url = url.rstrip("/")
        self.is_optional = is_optional
        self.problem: str | None = "not asked yet"
        self._told: deque[Scrape] = deque(maxlen=_LOOKED_BACK)

    @property
    def stretch(self) -> Stretch | None:
        """What it told; ``None`` while it tells nothing."""
        return Stretch(self._told[0], self._told[-1]) if self._told else None

    @property
    def role(self) -> str:
        """Which role it said that it has; empty if that is not known."""
        stretch = self.stretch
        found = stretch.last.series[process.BUILD_INFO.name] if stretch else []
        return found[0][0].get("role", "") if found else ""

    async def look(self, fetch: Fetch, *, at: float) -> None:
        """Ask it, and keep what it tells; of one that began anew, nothing from before."""
        try:
            scrape = _scrape_of(await fetch(f"{self.url}/metrics"), at=at)
        except Unreachable as error:
            self._told.clear()
            self.problem = str(error)
            return
        began = "process_start_time_seconds"
        if self._told and self._told[-1].total(began) != scrape.total(began):
            self._told.clear()
        self._told.append(scrape)
        self.problem = None


def _scrape_of(text: str, *, at: float) -> Scrape:
    try:
        scrape = Scrape.of(text, at=at)
    except ValueError as error:
        raise Unreachable(NOT_OURS) from error
    if process.BUILD_INFO.name not in scrape:
        raise Unreachable(NOT_OURS)
    return scrape


def places_of(settings: Settings) -> tuple[Watched, ...]:
    """Return a gateway, and a worker if it has a port, where they are by *settings*."""
    host, (gateway, worker) = settings.http.host, (settings.http.port, settings.worker.port)
    places = (Watched(url_of(host, gateway)),) if gateway else ()
    return (*places, Watched(url_of(host, worker), is_optional=True)) if worker else places


def watch(urls: Sequence[str]) -> None:
    """Show how processes are doing, each second; it ends with Ctrl+C.

    On a terminal it is one picture; elsewhere a line for each process.

    Args:
        urls: Where they are; none: where the settings put them.

    Raises:
        CommandFailedError: There is nothing to watch, or one of them is no address.
    """
    for url in urls:
        place_of(url)
    once = dict.fromkeys(url.rstrip("/") for url in urls)
    watched = [Watched(url) for url in once] or places_of(read_settings())
    if not watched:
        message = "the settings name no port to watch: say with --url where the processes are"
        raise CommandFailedError(ExitCode.UNUSABLE, message)
    # Here Ctrl+C ends an `await`: raised just anywhere it leaves locks taken and the cursor hidden.
    asyncio.run(_watch(watched))


async def _watch(watched: Sequence[Watched]) -> None:
    show = _on_terminal if console().is_terminal else _line_by_line
    with asking(within=_ANSWERED_WITHIN) as fetch:
        await show(watched, fetch)


async def _on_terminal(watched: Sequence[Watched], fetch: Fetch) -> None:
    await _look(watched, fetch)
    with Live(picture(watched), console=console(), auto_refresh=False) as live:
        async for _ in _looks(watched, fetch):
            live.update(picture(watched), refresh=True)


async def _line_by_line(watched: Sequence[Watched], fetch: Fetch) -> None:
    await _look(watched, fetch)
    async for _ in _looks(watched, fetch):
        for each in shown(watched):
            with interrupted_at_once():  # who reads may have stopped reading
                console().print(line(each), soft_wrap=True)


async def _looks(watched: Sequence[Watched], fetch: Fetch) -> AsyncIterator[None]:
    while True:
        await asyncio.sleep(_EVERY)
        await _look(watched, fetch)
        yield


async def _look(watched: Sequence[Watched], fetch: Fetch) -> None:
    at = time.monotonic()
    # All at once: one that hangs must not hold up what is told of the others.
    await asyncio.gather(*(each.look(fetch, at=at) for each in watched))


def shown(watched: Sequence[Watched]) -> Sequence[Watched]:
    """Return those of *watched* that are there or should be."""
    whole = any(each.role == "run" for each in watched)  # gateway and worker in one
    return [each for each in watched if not (whole and each.is_optional and each.problem)]


def picture(watched: Sequence[Watched]) -> RenderableType:
    """Return how all of them are, a column each, with the lines that one of them has."""
    now = f"{datetime.now().astimezone():%H:%M:%S}, Ctrl+C ends"
    told = [(each, stretch) for each in shown(watched) if (stretch := each.stretch)]
    # First: what is lost where the terminal ends is the end of the table.
    missing = [
        Text(printable(f"{each.url}: {each.problem}"), style="bold red")
        for each in shown(watched)
        if each.problem
    ]
    return Group(*missing, _table(now, told)) if told else Group(*missing, Text(now))


def _table(title: str, told: Sequence[tuple[Watched, Stretch]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column(title, no_wrap=True)
    for watched, _ in told:
        place = watched.url.partition("://")[2]
        table.add_column(Text(printable(f"{watched.role} {place}")), overflow="fold")
    for group in SIGNS:
        for sign in group:
            if any(sign.needs in stretch.last for _, stretch in told):
                table.add_row(Text(sign.title), *(_cell(sign, stretch) for _, stretch in told))
        table.add_section()
    return table


def _cell(sign: Sign, stretch: Stretch) -> Text:
    if sign.needs not in stretch.last:
        return Text("")
    style = "red" if sign.is_bad(stretch.last) else ""
    return Text(printable(sign.tell(stretch)), style=style)


def line(watched: Watched) -> Text:
    """Return how one of them is, on one line."""
    now = f"{datetime.now().astimezone():%H:%M:%S} {watched.url}"
    stretch = watched.stretch
    if stretch is None:
        return Text(printable(f"{now} {watched.problem}"))
    told = [f"{now} {watched.role}", state_of(stretch.last)]
    if gateway.ACCEPTED.name in stretch.last:
        told += [
            f"asked {stretch.rate(gateway.REQUESTS.name) or 0:,.1f}/s",
            f"p99 {in_words(stretch.quantile(0.99, gateway.RESPONSE_SECONDS.name))}",
            f"refused {stretch.last.total(gateway.REQUESTS.name, *labels.REFUSALS):,.0f}",
            f"accepted {Balance.of_asking(stretch.last)} in flight",
        ]
    if worker.TAKEN.name in stretch.last:
        told += [
            f"ended {stretch.rate(worker.DELIVERIES.name) or 0:,.1f}/s",
            f"dead letters {stretch.last.total(worker.DEAD_LETTERS.name):,.0f}",
            f"taken {Balance.of_answering(stretch.last)} in hand",
        ]
    if kafka.REBALANCES.name in stretch.last:
        told.append(f"unfinished {stretch.last.total(kafka.UNFINISHED.name):,.0f}")
    return Text(printable("; ".join(told)))
