"""What is shown while a question is answered."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from cse_chat.client.drafts import Draft, Transcript
from cse_chat.client.events import Event
from cse_chat.client.outcomes import Answer, Unanswered
from tests.unit.client.told import OTHER_ID, event

WORDS = st.sampled_from(["", "a", "b ", "é", "\n"])


def folded(*events: Event) -> Draft:
    draft = Draft()
    for told in events:
        draft.tell(told)
    return draft


def spoken(attempt: int, pieces: Iterable[str]) -> list[Event]:
    return [
        event("delta", 1, attempt=attempt, response=piece, chunk_index=place)
        for place, piece in enumerate(pieces)
    ]


@given(st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=5))
def test_the_text_is_that_of_the_newest_attempt(attempts: list[list[str]]) -> None:
    draft = folded(event("accepted"))

    for number, pieces in enumerate(attempts, 1):
        draft.tell(event("started", attempt=number))
        assert draft.text == ""
        for told in spoken(number, pieces):
            draft.tell(told)
        assert draft.text == "".join(pieces)

    assert (draft.attempt, draft.is_whole) == (len(attempts), True)


@given(st.data())
def test_an_attempt_that_is_fenced_off_changes_nothing_any_more(data: st.DataObject) -> None:
    """Also where its last words are told between those of the one that counts."""
    counts = spoken(2, data.draw(st.lists(WORDS, min_size=1, max_size=6)))
    late = [*spoken(1, data.draw(st.lists(WORDS, min_size=1, max_size=6))), event("artifact")]
    late += [event("step"), event("started")]
    order = data.draw(st.permutations([0] * len(counts) + [1] * len(late)))
    told = [iter(counts), iter(late)]

    draft = folded(event("started", attempt=2), *(next(told[which]) for which in order))

    alone = folded(event("started", attempt=2), *counts)
    assert (draft.text, draft.steps, draft.artifacts) == (alone.text, (), ())


@given(st.lists(st.sampled_from(["started", "delta", "step", "artifact", "gap", "accepted"])))
def test_an_answer_is_what_counts_whatever_was_told_around_it(kinds: list[str]) -> None:
    around = [event(kind) for kind in kinds]

    draft = folded(*around, event("answered", response="all of it"), *around)

    assert isinstance(draft.outcome, Answer)
    assert (draft.text, len(draft.artifacts), draft.is_whole) == ("all of it", 1, True)


def test_a_question_that_ends_without_an_answer_keeps_what_was_said() -> None:
    draft = folded(event("started"), *spoken(1, ["so ", "far"]), event("cancelled"))

    assert isinstance(draft.outcome, Unanswered)
    assert draft.text == "so far"


def test_behind_a_gap_it_is_not_whole_until_an_attempt_begins_or_it_ends() -> None:
    draft = Draft()
    whole = []

    for told in (
        *spoken(1, ["a"]),
        event("gap"),
        event("started", attempt=2),
        event("gap"),
        event("failed"),
    ):
        draft.tell(told)
        whole.append(draft.is_whole)

    assert whole == [True, False, True, False, True]


def test_whoever_comes_late_is_told_that_the_beginning_is_missing() -> None:
    draft = folded(event("delta", response="later", attempt=3, chunk_index=4))

    assert (draft.text, draft.attempt, draft.is_whole) == ("later", 3, False)


def test_words_of_a_newer_attempt_whose_start_was_lost_replace_the_old_ones() -> None:
    draft = folded(event("started"), *spoken(1, ["old"]), event("gap"), *spoken(2, ["new"]))

    assert (draft.text, draft.attempt) == ("new", 2)


def test_a_step_is_shown_once_with_its_newest_status() -> None:
    draft = folded(
        event("step", name="read"),
        event("step", name="look"),
        event("step", name="read", status="done"),
    )

    assert [(step.name, step.status) for step in draft.steps] == [
        ("read", "done"),
        ("look", "started"),
    ]


def test_a_question_that_is_reopened_is_open_and_its_attempts_are_numbered_anew() -> None:
    draft = folded(
        event("started", attempt=3),
        *spoken(3, ["old"]),
        event("failed", attempt=3),
        event("reopened", attempt=3),
    )
    assert (draft.outcome, draft.text) == (None, "")

    for told in (event("started"), *spoken(1, ["new"])):
        draft.tell(told)
    assert draft.text == "new"


def test_a_transcript_keeps_questions_apart_and_in_their_order() -> None:
    transcript = Transcript()

    for told in (
        event("accepted", message="one?"),
        event("accepted", correlation_id=OTHER_ID, message="two?"),
        *spoken(1, ["One."]),
        event("delta", correlation_id=OTHER_ID, response="Two."),
        event("applauded"),
    ):
        transcript.tell(told)

    drafts = transcript.drafts.values()
    assert [(draft.question, draft.text) for draft in drafts] == [
        ("one?", "One."),
        ("two?", "Two."),
    ]


def test_a_gap_concerns_every_open_question_and_the_history() -> None:
    transcript = Transcript()
    ended = transcript.tell(event("answered"))
    open_one = transcript.tell(event("delta", correlation_id=OTHER_ID))

    assert transcript.tell(event("gap")) is None

    assert transcript.needs_history
    assert ended is not None
    assert open_one is not None
    assert (ended.is_whole, open_one.is_whole) == (True, False)
    transcript.reloaded()
    assert not transcript.needs_history
