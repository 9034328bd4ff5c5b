"""What is an error while Kafka hangs or too much is asked, and what is not."""

from collections.abc import Mapping, Sequence

from bench.cases import overload, stall
from bench.offering import ANSWERED, NO_CONNECTION, OPEN, REFUSED, Fate
from bench.options import Options
from bench.reports import Report

BEFORE: Sequence[Fate] = [Fate(step / 10, step / 10 + 0.01, ANSWERED, "") for step in range(10)]
AFTER: Sequence[Fate] = [
    Fate(2 + step / 10, 2 + step / 10 + 0.02, ANSWERED, "") for step in range(40)
]


def a_stall(fates: Sequence[Fate], later: Mapping[str, int] | None = None) -> Report:
    run = stall.Run(
        round=0,
        capacity=20,
        rate=10,
        frozen=1,
        thawed=2,
        until=6,
        fates=[*BEFORE, *fates, *AFTER],
        later=later or {},
        yardstick_ms=(4, 4),
    )
    return stall.report_of([run], Options())


def an_overload(fates: Sequence[Fate], later: Mapping[str, int] | None = None) -> Report:
    run = overload.Run(
        round=0,
        capacity=10,
        begin=1,
        end=2,
        until=6,
        fates=[*BEFORE, *fates, *AFTER],
        later=later or {},
        yardstick_ms=(4, 4),
    )
    return overload.report_of([run], Options())


def figures(report: Report) -> Mapping[str, float]:
    return {figure.name: round(figure.median, 3) for figure in report.figures}


def test_a_stall_tells_when_it_was_over() -> None:
    assert figures(a_stall([])) == {
        "from its return until a second begins with 95 % of the load": 0,
        "answered of what was due, from 2 s after its return": 1,
        "median of what was due from 2 s after its return, against before": 2,
        "accepted and lost": 0,
        "refused with 503": 0,
    }


def test_what_is_refused_meanwhile_is_no_error() -> None:
    report = a_stall([Fate(1.5, 1.6, REFUSED, "")])

    assert report.errors == 0
    assert figures(report)["refused with 503"] == round(100 / 51, 3)


def test_what_was_accepted_and_is_lost_is_an_error() -> None:
    report = a_stall([Fate(1.5, 1.6, OPEN, "1")], {"lost": 1})

    assert (report.errors, figures(report)["accepted and lost"]) == (1, 1)
    assert "Round 1, accepted and asked for later: {'lost': 1}." in report.remarks


def test_a_lost_connection_is_an_error_and_none_that_is_left_is_told() -> None:
    report = a_stall([Fate(1, 1, "connection lost", ""), Fate(1, 1, NO_CONNECTION, "")])

    assert report.errors == 2
    assert "Round 1: the generator had no connection left for some." in report.remarks


def test_an_overload_tells_what_was_answered_meanwhile_and_when_it_was_over() -> None:
    meanwhile = [Fate(1.2, 1.2 + step / 100, ANSWERED, "") for step in range(9)]

    report = an_overload(meanwhile)

    assert figures(report) == {
        "answers a second under overload, of what was possible before": 1,
        "from its end until all is as before": 0,
        "accepted and lost": 0,
    }


def test_an_overload_without_connections_left_is_told_and_what_is_lost_is_an_error() -> None:
    report = an_overload([Fate(1, 1, NO_CONNECTION, ""), Fate(1, 2, OPEN, "1")], {"lost": 1})

    assert report.errors == 1
    assert "Round 1, accepted and asked for later: {'lost': 1}." in report.remarks
    assert "Round 1: the generator had no connection left for some." in report.remarks
