"""Which rate is held, how it is found, and processes that break."""

from dataclasses import replace

import pytest

from bench.broadcasts import Broadcast
from bench.cases.fanout import holds, steps_from
from bench.dialogues import talking
from bench.errors import BrokenRunError
from bench.publishing import Published, PublishingPlan
from bench.subscribing import GroupHeard, Heard

GROUP = GroupHeard(latencies_ms=[1.0] * 100, missing=0, repeated=0, gaps=0, behind=0, silent=0)


def a_broadcast(
    rate: float = 1, group: GroupHeard = GROUP, *, late_ms: float = 0, failures: int = 0
) -> Broadcast:
    return Broadcast(
        rate=rate,
        said=100,
        seconds=2,
        published=Published(seconds=1, late_ms=[late_ms], cpu=0.5),
        heard=Heard(
            groups={"all": group}, failures={"closed": failures} if failures else {}, cpu=1
        ),
        cpu={"gateway": 0.002},
    )


def test_a_rate_is_held_when_all_comes_in_time() -> None:
    assert holds(a_broadcast())


@pytest.mark.parametrize(
    "broadcast",
    [
        a_broadcast(group=replace(GROUP, missing=1)),
        a_broadcast(group=replace(GROUP, repeated=1)),
        a_broadcast(group=replace(GROUP, behind=1)),
        a_broadcast(group=replace(GROUP, latencies_ms=[1.0] * 97 + [1_001.0] * 3)),
        a_broadcast(late_ms=1_001),
    ],
)
def test_a_rate_at_which_something_is_lost_or_late_is_not_held(broadcast: Broadcast) -> None:
    assert not holds(broadcast)


def test_a_delivery_costs_what_its_process_took_divided_by_all_of_them() -> None:
    broadcast = a_broadcast()

    assert broadcast.cpu_us_of("gateway") == pytest.approx(20)
    assert broadcast.cpu_us_of("redis") == 0
    assert broadcast.busy == {"gateway": 0.001, "publisher": 0.5, "subscribers": 0.5}


def test_silence_says_what_broke() -> None:
    silent = a_broadcast(group=replace(GROUP, latencies_ms=[]), failures=2)

    with pytest.raises(BrokenRunError, match=r"nobody heard anything: \{'closed': 2\}"):
        silent.latency(0.5)


def offered(rate: float, *, most: float) -> Broadcast:
    return a_broadcast(rate, replace(GROUP, missing=int(rate > most)))


@pytest.mark.parametrize(("most", "rates"), [(5, [2, 3, 4.5, 6.75]), (1, [2, 4 / 3, 8 / 9])])
def test_rates_rise_until_one_is_not_held_or_fall_until_one_is(
    most: float, rates: list[float]
) -> None:
    steps = steps_from(lambda rate: offered(rate, most=most), 2)

    assert [step.rate for step in steps] == pytest.approx(rates)


def test_a_process_that_breaks_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    plan = {"redis": 1}
    with (
        pytest.raises(BrokenRunError, match=r"bench\.publishing broke"),
        talking("bench.publishing", plan) as publishing,
    ):
        publishing.hear(PublishingPlan)

    assert "ValidationError" in capfd.readouterr().err
