"""What the reports of the durable path tell of runs, and the picture of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cases import durable, offered
from bench.cases.offered import Offer
from bench.cluster import Cluster
from bench.errors import BrokenRunError
from bench.options import Options
from bench.plans import Result
from bench.plots import draw
from bench.reports import Report
from bench.runs import Run
from brokers.kafka import KafkaServer
from brokers.redis import RedisServer


def a_run(
    contestant: str,
    clients: int = 64,
    *,
    answers: int = 1_000,
    latency_ms: float = 10.0,
    cpu: float = 1.0,
    errors: dict[str, int] | None = None,
) -> Run:
    result = Result(
        errors=errors or {},
        seconds=2.0,
        cpu={"gateway": cpu / 4, "worker": cpu / 2, "kafka": cpu / 4},
        generator_cpu=0.5,
        latencies_ms=[latency_ms] * answers,
    )
    return Run(
        round=0,
        contestant=contestant,
        clients=clients,
        result=result,
        resident={"gateway": 2**20, "worker": 2**21, "kafka": 2**22},
        yardstick_ms=(4.0, 5.0),
    )


def told_of(*runs: Run) -> Report:
    return durable.report_of(runs, Options())


def medians(report: Report) -> dict[str, float]:
    return {figure.name: figure.median for figure in report.figures}


def test_ours_is_told_beside_the_original_with_its_goals() -> None:
    report = told_of(
        a_run("cse-chat", answers=4_000, latency_ms=5, cpu=1.2), a_run("original", latency_ms=20)
    )

    assert medians(report) == {
        "64 clients: answers a second, ours / original": 4.0,
        "64 clients: median, ours / original": 0.25,
        "64 clients: CPU for an answer, ours / original": pytest.approx(0.3),
        "64 clients: errors of ours": 0.0,
    }
    assert [figure.met for figure in report.figures] == [True, True, True, True]


def test_one_client_has_goals_of_its_own() -> None:
    report = told_of(
        a_run("cse-chat", 1, latency_ms=7),
        a_run("original", 1, latency_ms=10),
        a_run("floor", 1, latency_ms=2),
    )

    met = {figure.name: figure.met for figure in report.figures}
    assert met["1 client: median, ours / original"] is False
    assert met["1 client: median, ours / floor"] is False
    assert met["1 client: answers a second, ours / original"] is None


def test_more_clients_are_told_beside_the_usual_number() -> None:
    report = told_of(a_run("cse-chat"), a_run("cse-chat", 256, answers=900))

    (figure,) = (figure for figure in report.figures if "ours with 64" in figure.name)
    assert (figure.median, figure.met) == (0.9, False)


def test_what_the_original_design_breaks_at_is_its_result_and_no_error_of_the_run() -> None:
    broken = a_run("original", 256, answers=0, errors={"status 500": 7})

    report = told_of(a_run("cse-chat", 256), broken)

    assert report.errors == 0
    assert not [figure for figure in report.figures if "original" in figure.name]
    assert "7 x original, status 500" in report.remarks
    speed, cost = (next(row for row in grid.rows if row[1] == "original") for grid in report.grids)
    assert speed[2:] == ("0.00", "0.00 to 0.00", "-", "-", "25%", "7")
    assert cost[2:6] == ("-", "-", "-", "-")


@pytest.mark.parametrize("contestant", ["cse-chat", "floor", "roof"])
def test_an_error_of_ours_or_of_a_measure_makes_the_run_worthless(contestant: str) -> None:
    assert told_of(a_run(contestant, errors={"no answer": 2})).errors == 2


def test_the_processor_time_of_an_answer_is_told_by_role() -> None:
    (row,) = told_of(a_run("cse-chat", answers=1_000, cpu=1.0)).grids[1].rows

    assert row[2:] == ("1,000", "250", "500", "250", "", "1.00", "2.00", "4.00", "")


def test_slow_contestants_are_asked_by_fewer_unless_the_numbers_are_given() -> None:
    assert "celery" in durable.taking_part(64, Options())
    assert "celery" not in durable.taking_part(256, Options())
    assert "celery" in durable.taking_part(256, Options(clients=(256,)))
    assert durable.taking_part(64, Options(contestants=("floor",))) == ["floor"]


def an_offer(contestant: str, *, latency_ms: float, answers: int = 100) -> Offer:
    run = replace(a_run(contestant, latency_ms=latency_ms, answers=answers), rate=50.0)
    return Offer(share=0.5, run=run)


def offers_told(*offers: Offer, ceilings: Sequence[Run] = ()) -> Report:
    return offered.report_of(ceilings, offers, Options())


def test_an_open_loop_is_told_beside_the_original_and_what_was_due() -> None:
    report = offers_told(
        an_offer("original", latency_ms=10), an_offer("cse-chat", latency_ms=4, answers=90)
    )

    assert medians(report) == {
        "50% of the ceiling: median, ours / original": 0.4,
        "50% of the ceiling: p99, ours / original": 0.4,
        "50% of the ceiling: answered of what was due, ours": 0.9,
    }


def test_an_open_loop_adds_up_errors_of_ours_at_the_ceiling_too() -> None:
    report = offers_told(
        an_offer("cse-chat", latency_ms=1),
        ceilings=[a_run("cse-chat", errors={"x": 1}), a_run("original", errors={"x": 5})],
    )

    assert report.errors == 1
    assert [run["share"] for run in report.runs] == [None, None, 0.5]


def test_the_same_runs_give_the_same_picture(tmp_path: Path) -> None:
    runs = [
        a_run("cse-chat", 1),
        a_run("cse-chat", 64),
        a_run("original", 1),
        a_run("original", 64, answers=0, errors={"status 500": 1}),
    ]
    one, other = tmp_path / "made" / "one.svg", tmp_path / "other.svg"

    draw(runs, one)
    draw(runs, other)

    text = one.read_text("utf-8")
    assert text == other.read_text("utf-8")
    assert "<dc:date>" not in text
    assert all(name in text for name in ("cse-chat", "original", "Answers a second"))
    assert "faststream" not in text


def test_a_command_that_fails_breaks_the_run_with_its_words(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, KafkaServer(tmp_path / "kafka"), RedisServer(tmp_path / "redis"))

    with pytest.raises(BrokenRunError, match=r"(?s)cse-chat topics burn failed:.*burn"):
        cluster.run("topics", "burn")
