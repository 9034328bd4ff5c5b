"""What is exported, as Prometheus reads it."""

import re

import pytest

from cse_chat.adapters.durations import Durations
from cse_chat.entrypoints.metrics.exposition import Metrics
from cse_chat.entrypoints.metrics.families.catalogue import FAMILIES
from cse_chat.entrypoints.metrics.family import Family, Kind, Where
from cse_chat.entrypoints.metrics.reading import Scrape

FORBIDDEN = {"user", "user_id", "thread", "thread_id", "correlation_id", "path", "id"}


def a_family(name: str = "things_total", kind: Kind = Kind.COUNTER, **more: object) -> Family:
    return Family(name=name, kind=kind, where=Where.EVERYWHERE, help="Things.", **more)  # type: ignore[arg-type]  # whatever a test needs


def text_of(metrics: Metrics, accept: str | None = None) -> str:
    return metrics.scraped(accept)[0].decode()


def scraped(metrics: Metrics) -> Scrape:
    return Scrape.of(text_of(metrics), at=0)


def test_a_figure_is_read_when_it_is_asked_for() -> None:
    metrics, things = Metrics(), list[int]()
    metrics.exports(a_family(), lambda: len(things))
    before = scraped(metrics).total("things_total")

    things.append(1)

    assert (before, scraped(metrics).total("things_total")) == (0, 1)


def test_known_values_are_there_before_anything_happens() -> None:
    metrics = Metrics()
    metrics.exports(a_family(labels=("how",), known=("well", "ill")), dict)

    assert scraped(metrics).by("things_total", "how") == {"well": 0, "ill": 0}


def test_several_labels_make_a_series_for_each_tuple_of_values() -> None:
    metrics = Metrics()
    metrics.exports(
        a_family("lag", Kind.GAUGE, labels=("topic", "partition")), lambda: {("t", "1"): 7}
    )

    assert 'lag{partition="1",topic="t"} 7.0' in text_of(metrics)


def test_a_series_that_is_not_told_any_more_is_gone() -> None:
    metrics, lags = Metrics(), {("t", "1"): 7}
    metrics.exports(a_family("lag", Kind.GAUGE, labels=("topic", "partition")), lambda: lags)
    assert "lag{" in text_of(metrics)

    lags.clear()

    assert "lag{" not in text_of(metrics)


@pytest.mark.parametrize("accept", [None, "application/openmetrics-text; version=1.0.0"])
def test_durations_are_a_histogram_with_all_its_buckets(accept: str | None) -> None:
    metrics, durations = Metrics(), Durations((0.5, 300.0))
    durations.observe(0.1)
    durations.observe(400)
    metrics.exports(a_family("took_seconds", Kind.HISTOGRAM), lambda: durations)

    lines = text_of(metrics, accept).splitlines()

    assert "# TYPE took_seconds histogram" in lines
    assert [line for line in lines if line.startswith("took_seconds")] == [
        'took_seconds_bucket{le="0.5"} 1.0',
        'took_seconds_bucket{le="300.0"} 1.0',
        'took_seconds_bucket{le="+Inf"} 2.0',
        "took_seconds_count 2.0",
        "took_seconds_sum 400.1",
    ]


def test_openmetrics_is_given_to_who_asks_for_it() -> None:
    metrics = Metrics()
    metrics.exports(a_family(), lambda: 1)

    text, media_type = metrics.scraped("application/openmetrics-text; version=1.0.0")

    assert media_type.startswith("application/openmetrics-text; version=1.0.0")
    assert text.endswith(b"# EOF\n")
    assert b"# TYPE things counter" in text
    assert b"things_total 1.0" in text


@pytest.mark.parametrize("accept", [None, "application/openmetrics-text; version=1.0.0"])
def test_no_series_tells_when_it_was_made(accept: str | None) -> None:
    metrics = Metrics()
    for family in FAMILIES:
        kind = Durations((1.0,)) if family.kind is Kind.HISTOGRAM else 1
        values = {tuple(family.labels): kind} if family.labels else kind
        metrics.exports(family, lambda values=values: values)  # type: ignore[misc]  # bound now

    assert "_created" not in text_of(metrics, accept)


def test_what_is_exported_again_replaces_what_was() -> None:
    metrics = Metrics()
    metrics.exports(a_family(), lambda: 1)
    metrics.exports(a_family(), lambda: 2)

    assert scraped(metrics).total("things_total") == 2


def test_two_processes_in_one_interpreter_know_nothing_of_each_other() -> None:
    one, other = Metrics(), Metrics()
    one.exports(a_family(), lambda: 1)
    other.exports(a_family(), lambda: 2)

    assert scraped(one).total("things_total") == 1
    assert scraped(other).total("things_total") == 2


def test_the_process_itself_is_told() -> None:
    assert scraped(Metrics()).total("process_resident_memory_bytes") > 1_000_000


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_metric_is_named_as_prometheus_has_it(family: Family) -> None:
    assert re.fullmatch("[a-z][a-z_]*", family.name)
    assert (family.kind is Kind.COUNTER) == family.name.endswith("_total")
    assert family.kind is not Kind.HISTOGRAM or family.name.endswith("_seconds")
    assert family.help.endswith(".")
    assert FORBIDDEN.isdisjoint(family.labels)
    assert not family.known or len(family.labels) == 1


def test_no_name_is_given_twice() -> None:
    names = [family.name for family in FAMILIES]

    assert len(names) == len(set(names))
