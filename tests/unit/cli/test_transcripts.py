"""What is shown while an answer comes, where nothing is a terminal."""

import pytest

from cse_chat.entrypoints.cli.transcripts import Transcript
from tests.unit.cli.played import ANSWER, PROBLEM, respond
from tests.unit.client.told import event

PIECES = [
    event("started", 1),
    event("step", 2),
    event("delta", 3, response="Alpha ", chunk_index=0),
    event("delta", 4, response="gained.\x1b[2J", chunk_index=1),
]


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_text_is_shown_as_it_comes_and_not_again_with_the_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    transcript = Transcript(wait=1, as_json=False)

    with transcript.waiting():
        transcript.told(PIECES[2])
        first = shown(capsys)
        transcript.told(PIECES[3])
    transcript.ended(respond(200, ANSWER | {"response": "Alpha gained.\x1b[2J"}), late_to=None)

    assert first == "Alpha "
    assert shown(capsys).startswith("gained.[2J\nAs of 2026-07-24")


def test_text_of_an_attempt_that_broke_off_is_told_to_count_no_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    transcript = Transcript(wait=1, as_json=False)

    with transcript.waiting():
        for told in (*PIECES[:3], event("started", 5, attempt=2), PIECES[3]):
            transcript.told(told)
        transcript.told(event("delta", 7, attempt=2, response="Alpha gained."))
    transcript.ended(respond(200, ANSWER), late_to=None)

    lines = shown(capsys).splitlines()
    assert lines[0] == "Alpha "
    assert lines[1].startswith("That attempt broke off")
    assert lines[2] == "Alpha gained."
    assert lines[3].startswith("As of ")


def test_where_not_all_was_told_the_whole_answer_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    transcript = Transcript(wait=1, as_json=False)

    with transcript.waiting():
        transcript.told(PIECES[2])
    transcript.ended(respond(200, ANSWER), late_to=None)

    lines = shown(capsys).splitlines()
    assert lines[:3] == ["Alpha ", "Not all of it was told. The whole answer:", "Alpha gained."]


def test_the_text_of_one_question_is_not_taken_for_that_of_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    transcript = Transcript(wait=1, as_json=False)

    with transcript.waiting():
        transcript.told(event("delta", 1, response="Alpha gained."))
    transcript.ended(respond(502, PROBLEM), late_to=None)
    with transcript.waiting():
        pass
    transcript.ended(respond(200, ANSWER), late_to=None)

    assert shown(capsys).count("Alpha gained.\n") == 2
