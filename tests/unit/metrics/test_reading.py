"""What `doctor --watch` makes of two scrapes."""

import math

import pytest

from cse_chat.entrypoints.metrics.reading import Scrape, Stretch

BUCKETS = 'took_seconds_bucket{{le="1.0"}} {}\ntook_seconds_bucket{{le="2.0"}} {}\ntook_seconds_bucket{{le="+Inf"}} {}\n'


def a_scrape(text: str, *, at: float = 0) -> Scrape:
    return Scrape.of(text, at=at)


def test_series_are_summed_all_or_by_the_value_of_a_label() -> None:
    scrape = a_scrape('n_total{how="well"} 3\nn_total{how="ill"} 1\nn_total{how="dead"} 1\n')

    assert scrape.total("n_total") == 5
    assert scrape.total("n_total", "ill", "dead") == 2
    assert scrape.by("n_total", "how") == {"well": 3, "ill": 1, "dead": 1}
    assert "n_total" in scrape
    assert scrape.total("m_total") == 0


@pytest.mark.parametrize("text", ["<html>", "n{ 3", "n three"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        a_scrape(text)


def test_a_rate_is_what_came_each_second() -> None:
    stretch = Stretch(a_scrape("n_total 10\n", at=5), a_scrape("n_total 16\n", at=8))

    assert stretch.rate("n_total") == 2


def test_one_scrape_has_no_rate() -> None:
    scrape = a_scrape("n_total 10\n")

    assert Stretch(scrape, scrape).rate("n_total") is None


def test_a_quantile_is_of_what_was_observed_between_both() -> None:
    stretch = Stretch(
        a_scrape(BUCKETS.format(100, 100, 100), at=0), a_scrape(BUCKETS.format(100, 110, 110), at=1)
    )

    assert stretch.quantile(0.5, "took_seconds") == pytest.approx(1.5)


def test_a_quantile_of_one_scrape_is_of_all_there_was() -> None:
    scrape = a_scrape(BUCKETS.format(10, 10, 10))

    assert Stretch(scrape, scrape).quantile(0.5, "took_seconds") == pytest.approx(0.5)


def test_above_the_last_bound_a_quantile_is_infinite() -> None:
    scrape = a_scrape(BUCKETS.format(0, 0, 3))

    assert Stretch(scrape, scrape).quantile(0.5, "took_seconds") == math.inf


def test_without_observations_there_is_no_quantile() -> None:
    scrape = a_scrape(BUCKETS.format(3, 3, 3))

    assert (
        Stretch(scrape, a_scrape(BUCKETS.format(3, 3, 3), at=1)).quantile(0.5, "took_seconds")
        is None
    )
    assert Stretch(scrape, scrape).quantile(0.5, "other_seconds") is None
