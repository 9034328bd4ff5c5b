"""What bounds the adapters in memory: by weight, by number, by age."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.adapters.memory.expiring import ExpiringDict
from cse_chat.adapters.memory.newest import Newest
from cse_chat.adapters.memory.weights import weight_of_outcome
from cse_chat.domain.model.answers import Answer, Basis, Delta, Said, Step, StepStatus
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.model.outcomes import Outcome, Status
from tests.builders import a_request, an_outcome

DAY = timedelta(days=1)
COLUMNS = tuple(Column(name=f"c{n}", label=f"C{n}") for n in range(5))


def _answered(*said: Said, sources: tuple[str, ...] = ()) -> Outcome:
    text = "".join(event.text for event in said if isinstance(event, Delta))
    artifacts = tuple(event for event in said if isinstance(event, Table))
    answer = Answer(
        text=text,
        basis=Basis(model_used="test", sources=sources),
        artifacts=artifacts,
        said=said,
    )
    return replace(an_outcome(a_request()), answer=answer)


def _of_usual_cells(number: int) -> Outcome:
    rows = tuple(tuple(f"cell {number} {row} {c}" for c in range(5)) for row in range(40))
    table = Table(title=f"t{number}", columns=COLUMNS, rows=rows)
    return _answered(Delta(f"{number} " * 300), table)


def _of_long_cells(number: int) -> Outcome:
    row = tuple(f"{number}{column}" * 5_000 for column in "abcde")
    return _answered(Table(title="t", columns=COLUMNS, rows=(row,)))


def _of_long_sources(number: int) -> Outcome:
    return _answered(Delta("x"), sources=(f"{number}" * 20_000,))


def _of_long_steps(number: int) -> Outcome:
    text = f"{number}" * 10_000
    return _answered(Step(name="n", label=text, detail=text + ".", status=StepStatus.DONE))


def _of_wide_characters(number: int) -> Outcome:
    return _answered(Delta("\N{ROCKET}" * 10_000), Delta(f"{number}"))


def _of_many_pieces(number: int) -> Outcome:
    return _answered(*(Delta(f"{number} {piece}") for piece in range(400)))


def _of_a_problem(number: int) -> Outcome:
    return an_outcome(a_request(), Status.FAILED, text=f"{number}" * 10_000)


@pytest.mark.parametrize(
    "make",
    [
        _of_usual_cells,
        _of_long_cells,
        _of_long_sources,
        _of_long_steps,
        _of_wide_characters,
        _of_many_pieces,
        _of_a_problem,
    ],
)
def test_an_outcome_weighs_at_least_what_it_takes(make: Callable[[int], Outcome]) -> None:
    """Never far too low, or the caps were none; never so high that they kept next to nothing."""
    tracemalloc.start()
    try:
        outcomes = [make(number) for number in range(20)]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken <= sum(map(weight_of_outcome, outcomes)) <= 6 * taken


def test_the_newest_value_is_kept_however_much_it_weighs() -> None:
    newest: Newest[int] = Newest(cap=5, weigh=abs)
    for value in (2, 3, 4, 9):
        newest.append(value)

    assert list(newest) == [9]
    newest.append(1)
    newest.append(2)
    assert (list(newest), list(reversed(newest))) == ([1, 2], [2, 1])


def test_the_longest_untouched_is_forgotten_first() -> None:
    kept: ExpiringDict[str, int] = ExpiringDict(cap=2, ttl=DAY, monotonic=lambda: 0.0)
    kept.put("a", 1)
    kept.put("b", 2)
    kept.put("a", 3)
    kept.put("c", 4)

    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (3, None, 4, 2)


def test_over_aged_values_leave_with_the_next_one() -> None:
    seconds = [0.0]
    kept: ExpiringDict[str, int] = ExpiringDict(cap=10, ttl=DAY, monotonic=lambda: seconds[0])
    kept.put("a", 1)
    seconds[0] += DAY.total_seconds()

    assert kept.get("a") is None
    kept.put("b", 2)
    assert len(kept) == 1
