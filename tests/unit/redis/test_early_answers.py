from dataclasses import replace

from cse_chat.adapters.redis.early_answers import WrittenAnswers, settling
from cse_chat.domain.model.claims import EarlyAnswer
from tests.builders import a_request, an_outcome

KEPT = 256


def early_answer(text: str = "JKH rose") -> EarlyAnswer:
    return EarlyAnswer(outcome=an_outcome(a_request(), text=text), said=())


def test_what_was_written_for_an_offer_is_taken_for_the_claim_of_that_answer_once() -> None:
    arguments, early = WrittenAnswers(), early_answer()
    written = arguments.kept(early)

    assert arguments.taken(early) is written
    assert arguments.taken(early) == settling(early)


def test_what_was_written_can_be_looked_at_before() -> None:
    arguments, early = WrittenAnswers(), early_answer()
    written = arguments.kept(early)

    assert arguments.found(early) is written
    assert arguments.taken(early) is written
    assert arguments.found(early) is None


def test_another_answer_to_the_same_request_is_written_itself() -> None:
    arguments, early = WrittenAnswers(), early_answer()
    arguments.kept(early)
    other = EarlyAnswer(outcome=replace(early.outcome, attempt=2), said=())

    assert arguments.taken(other) == settling(other) != settling(early)


def test_what_is_large_is_not_kept() -> None:
    arguments, early = WrittenAnswers(), early_answer("x" * 20_000)

    written = arguments.kept(early)

    assert arguments.taken(early) is not written


def test_what_nobody_takes_is_forgotten_when_others_come() -> None:
    arguments = WrittenAnswers()
    written = [
        (early, arguments.kept(early)) for early in (early_answer() for _ in range(KEPT + 1))
    ]

    assert [arguments.taken(early) is kept for early, kept in written] == [False, *[True] * KEPT]
