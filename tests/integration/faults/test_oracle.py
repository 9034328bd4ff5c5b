"""The oracle finds each broken promise in what is made up here, and nothing where all are kept."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.faults.cluster import Run
from tests.integration.faults.load import ANSWERED, OPEN, Asked
from tests.integration.faults.oracle import Ended, broken_promises


def an_answer(number: int, thread_id: str = "t") -> dict[str, Any]:
    return {
        "correlation_id": f"id-{number}",
        "thread_id": thread_id,
        "response": f"answer to question-{number}, of local",
    }


def asked(number: int, status: int = ANSWERED) -> Asked:
    body = an_answer(number) if status == ANSWERED else {}
    return Asked("t", f"question-{number}", status, f"id-{number}", body)


def started(number: int, at: float) -> Run:
    return Run("start", "t", f"question-{number}", 1, at)


def turn(number: int, role: str) -> dict[str, str]:
    return {"correlation_id": f"id-{number}", "role": role}


class World:
    """Two questions of one thread, answered in their order, as it should be."""

    def __init__(self) -> None:
        self.asked = [asked(1), asked(2)]
        self.ended = {f"id-{n}": Ended(ANSWERED, an_answer(n)) for n in (1, 2)}
        self.turns = [turn(n, role) for n in (1, 2) for role in ("user", "agent")]
        self.runs = [started(1, 1.0), started(2, 2.0)]

    def faults(self, *, most_executions: int = 1) -> Sequence[str]:
        return broken_promises(
            self.asked,
            self.ended,
            histories={"t": self.turns},
            runs=self.runs,
            most_executions=most_executions,
        )


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_is_found_where_every_promise_was_kept(world: World) -> None:
    assert world.faults() == []


def test_what_was_not_accepted_may_be_lost(world: World) -> None:
    world.asked += [asked(3, 503), replace(asked(4, 0), correlation_id="")]

    assert world.faults() == []


def test_what_was_not_accepted_may_be_answered_all_the_same(world: World) -> None:
    """Its gateway was killed before it could tell."""
    world.asked.append(replace(asked(3, 0), correlation_id=""))
    world.turns += [turn(3, "user"), turn(3, "agent")]
    world.runs.insert(0, started(3, 0.5))

    assert world.faults() == []


@pytest.mark.parametrize("status", [0, OPEN, 404, 503])
@pytest.mark.parametrize("told", [OPEN, 504])
def test_a_lost_request_is_found(world: World, told: int, status: int) -> None:
    world.asked[1] = asked(2, told)
    world.ended["id-2"] = Ended(status)

    assert world.faults() == [f"question-2: accepted with {told}, and reading it gives {status}"]


def test_a_request_that_nobody_read_counts_as_lost(world: World) -> None:
    del world.ended["id-2"]

    assert world.faults() == ["question-2: accepted with 200, and reading it gives 0"]


def test_a_second_answer_that_differs_from_the_one_that_was_told_is_found(world: World) -> None:
    world.ended["id-2"] = Ended(ANSWERED, an_answer(2) | {"metadata": {"attempt": 2}})

    assert world.faults() == ["question-2: it was told otherwise before"]


def test_an_outcome_that_replaces_an_answer_is_found(world: World) -> None:
    problem = {"thread_id": "t", "status": "failed", "problem": {}}
    world.ended["id-2"] = Ended(ANSWERED, problem)

    assert world.faults() == ["question-2: it was told otherwise before"]


def test_a_failure_is_an_outcome_like_any_other(world: World) -> None:
    world.asked[1] = asked(2, 502)
    world.ended["id-2"] = Ended(ANSWERED, {"thread_id": "t", "status": "failed", "problem": {}})

    assert world.faults() == []


@pytest.mark.parametrize(
    "text", ["answer to question-1, of local", "answer to question-2, of somebody"]
)
def test_the_answer_to_another_question_or_user_is_found(world: World, text: str) -> None:
    world.asked[1] = asked(2, OPEN)
    world.ended["id-2"] = Ended(ANSWERED, an_answer(2) | {"response": text})

    assert world.faults() == [f"question-2: answered {text!r}"]


def test_an_answer_of_another_thread_is_found(world: World) -> None:
    world.asked[1] = asked(2, OPEN)
    world.ended["id-2"] = Ended(ANSWERED, an_answer(2, thread_id="other"))

    assert world.faults() == ["question-2: of another thread"]


@pytest.mark.parametrize("role", ["user", "agent"])
def test_a_missing_turn_is_found(world: World, role: str) -> None:
    world.turns.remove(turn(2, role))

    assert world.faults() == [f"t: no {role} turn of id-2"]


@pytest.mark.parametrize("role", ["user", "agent"])
def test_a_turn_that_is_there_twice_is_found(world: World, role: str) -> None:
    world.turns.append(turn(1, role))

    assert world.faults() == [f"t: 2 turns of ('id-1', '{role}')"]


def test_a_history_that_is_gone_is_found(world: World) -> None:
    world.turns.clear()

    assert len(world.faults()) == 4


def test_more_executions_than_the_fault_allows_are_found(world: World) -> None:
    world.runs.append(started(2, 3.0))

    assert world.faults() == ["question-2: 2 executions"]
    assert world.faults(most_executions=2) == []


def test_the_end_of_an_execution_is_not_counted_as_one(world: World) -> None:
    world.runs += [replace(run, what="end") for run in world.runs]

    assert world.faults() == []


def test_executions_in_another_order_than_asked_are_found(world: World) -> None:
    world.runs.reverse()

    (fault,) = world.faults()
    assert fault.startswith("t: executed ['question-2', 'question-1'], asked")


def test_an_execution_that_is_repeated_later_changes_no_order(world: World) -> None:
    world.runs.append(started(1, 3.0))

    assert world.faults(most_executions=2) == []


def test_every_broken_promise_is_told_and_not_only_the_first(world: World) -> None:
    world.ended["id-1"] = Ended(404)
    world.turns.remove(turn(2, "user"))
    world.runs.append(started(1, 3.0))

    assert len(world.faults()) == 3
