"""The development questions: what the analyst could answer, it must go on answering."""

from collections.abc import Sequence

import pytest

from cse_chat.adapters.analyst.narration.answerer import Answerer
from tests.questions import scoring

QUESTIONS = scoring.load()


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.id for question in QUESTIONS])
def test_a_development_question_is_answered(answerer: Answerer, question: scoring.Question) -> None:
    def answer(text: str, earlier: Sequence[str]) -> str:
        return answerer.answer(text, earlier).draft.text

    result = scoring.ask(question, answer)

    assert result.failed == (), result.answers


def test_the_floor_is_what_is_reached() -> None:
    assert len(QUESTIONS) == scoring.FLOOR == 64


def test_the_scorer_fails_what_is_wrong() -> None:
    """An answer that says nothing passes only where nothing is checked."""
    results = [
        scoring.ask(question, lambda *_: "Rs. 0.01, sk-1, API_KEY") for question in QUESTIONS
    ]

    unchecked = {result.question.id for result in results if not result.failed}
    assert unchecked <= {"D050", "D064"}
