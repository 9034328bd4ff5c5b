"""What `cse-chat doctor --watch` shows of what processes tell."""

from io import StringIO

import pytest
from rich.console import Console, RenderableType

from cse_chat.entrypoints.cli.scraping import Fetch, Unreachable
from cse_chat.entrypoints.cli.vital_signs import Balance, in_words
from cse_chat.entrypoints.cli.watching import (
    Watched,
    line,
    picture,
    places_of,
    shown,
)
from cse_chat.entrypoints.metrics.families import gateway, kafka
from cse_chat.entrypoints.metrics.reading import Scrape
from cse_chat.entrypoints.settings import Settings
from tests.unit.cli.telling import Told

URL = "http://127.0.0.1:8000"
SHOW_CURSOR = "\x1b[?25h"


def drawn(found: RenderableType) -> str:
    console = Console(file=StringIO(), width=120)
    with console.capture() as captured:
        console.print(found)
    return captured.get()


def row(text: str, title: str) -> str:
    (found,) = [each for each in text.splitlines() if each.strip().startswith(f"{title}  ")]
    return " ".join(found.split())


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watched() -> Watched:
    return Watched(URL)


def refusing(message: str) -> Fetch:
    async def fetch(_: str) -> str:
        raise Unreachable(message)

    return fetch


def saying(text: str) -> Fetch:
    async def fetch(_: str) -> str:
        return text

    return fetch


async def test_counters_are_shown_with_what_comes_each_second(told: Told, watched: Watched) -> None:
    await watched.look(told, at=0)
    told.answer(20)
    await watched.look(told, at=2)

    text = drawn(picture([watched]))

    assert "gateway 127.0.0.1:8000" in text
    assert row(text, "asked") == "asked 20 10.0/s"
    assert row(text, "answered") == "answered 20 10.0/s"
    assert row(text, "left open") == "left open 0"
    assert row(text, "answered within") == "answered within 50 ms, p99 99 ms"
    assert "asked 10.0/s" in line(watched).plain


async def test_what_a_process_does_not_have_is_not_shown(told: Told, watched: Watched) -> None:
    await watched.look(told, at=0)

    text = drawn(picture([watched]))

    assert "taken" not in text
    assert "Kafka" not in text
    assert "unfinished" not in line(watched).plain


async def test_what_is_read_and_not_finished_is_told_by_that_name(
    told: Told, watched: Watched
) -> None:
    told.metrics.exports(kafka.REBALANCES, lambda: 1)
    told.metrics.exports(
        kafka.UNFINISHED, lambda: {("chat.requests", "0"): 3, ("chat.requests", "1"): 4}
    )
    await watched.look(told, at=0)

    assert line(watched).plain.endswith("; unfinished 7")


async def test_the_equation_is_shown(told: Told, watched: Watched) -> None:
    told.answer(3)
    told.accepted, told.in_flight = 5, 2
    await watched.look(told, at=0)

    assert "5 = 3 + 2" in row(drawn(picture([watched])), "accepted = ended + in flight")
    assert "accepted 5 = 3 + 2 in flight" in line(watched).plain


async def test_an_equation_that_does_not_hold_is_told(told: Told, watched: Watched) -> None:
    told.accepted = 1
    await watched.look(told, at=0)

    assert not Balance.of_asking(Scrape.of(told.text(), at=0)).holds
    assert "1 IS NOT 0 + 0" in drawn(picture([watched]))


@pytest.mark.parametrize(
    ("ready", "down", "state"),
    [(1, [], "ready"), (0, [], "not ready"), (0, ["redis", "kafka"], "kafka, redis down")],
)
async def test_what_is_down_is_named(
    told: Told, watched: Watched, ready: int, down: list[str], state: str
) -> None:
    told.ready, told.down = ready, down
    await watched.look(told, at=0)

    assert row(drawn(picture([watched])), "state") == f"state {state}"
    assert f"; {state}; " in line(watched).plain


async def test_who_cannot_be_reached_is_told_beside_the_others(
    told: Told, watched: Watched
) -> None:
    gone = Watched("http://127.0.0.1:9100/")
    await watched.look(told, at=0)
    await gone.look(refusing("nothing listens there"), at=0)

    text = drawn(picture([watched, gone]))

    assert "http://127.0.0.1:9100: nothing listens there" in text
    assert row(text, "asked") == "asked 0"
    assert line(gone).plain.endswith("http://127.0.0.1:9100 nothing listens there")


async def test_who_comes_back_begins_anew(told: Told, watched: Watched) -> None:
    told.answer(20)
    await watched.look(told, at=0)
    await watched.look(refusing("gone"), at=1)
    assert watched.stretch is None

    await watched.look(told, at=2)

    assert watched.problem is None
    assert row(drawn(picture([watched])), "asked") == "asked 20"


async def test_one_that_was_started_again_has_no_rate_below_nothing(watched: Watched) -> None:
    text = f'build_info{{role="gateway"}} 1\nprocess_start_time_seconds {{}}\n{gateway.REQUESTS.name} {{}}\n'
    tellings = iter([(1, 100), (1, 110), (2, 3)])
    for at in range(3):
        await watched.look(saying(_filled(text, *next(tellings))), at=at)

    assert row(drawn(picture([watched])), "asked") == "asked 3"


def _filled(text: str, began: int, asked: int) -> str:
    head, _, rest = text.partition("{}")
    return f"{head}{began}{rest.replace('{}', str(asked))}"


@pytest.mark.parametrize("said", ["<html>hello</html>", "up 1\n", '{"status": "live"}'])
async def test_what_is_no_process_of_ours_is_told(said: str, watched: Watched) -> None:
    await watched.look(saying(said), at=0)

    assert watched.problem == "what answers there is no cse-chat"


def test_by_default_the_gateway_and_the_worker_of_the_settings_are_watched() -> None:
    both, without, nothing = (
        [each.url for each in places_of(Settings.from_env(said))]
        for said in (
            {},
            {"CSE_CHAT__WORKER__PORT": "0"},
            {"CSE_CHAT__HTTP__PORT": "0", "CSE_CHAT__WORKER__PORT": "0"},
        )
    )
    assert both == ["http://127.0.0.1:8000", "http://127.0.0.1:9100"]
    assert without == ["http://127.0.0.1:8000"]
    assert nothing == []


async def test_a_worker_is_not_missed_where_one_process_is_both() -> None:
    whole, worker = places_of(Settings())
    await worker.look(refusing("nothing listens there"), at=0)
    assert shown([whole, worker]) == [whole, worker]

    await whole.look(saying('build_info{role="run"} 1\n'), at=0)

    assert shown([whole, worker]) == [whole]
    assert "9100" not in drawn(picture([whole, worker]))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "-"),
        (0.0004, "0.4 ms"),
        (0.0123, "12 ms"),
        (1.25, "1.2 s"),
        (1234, "1,234 s"),
        (float("inf"), "too long"),
    ],
)
def test_durations_are_told_as_people_read_them(seconds: float | None, words: str) -> None:
    assert in_words(seconds) == words
