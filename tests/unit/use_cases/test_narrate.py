"""What an attempt says reaches those who follow while it is said, and once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from cse_chat.domain.errors import ClaimLostError, TransportError
from cse_chat.domain.model.answers import Delta, Step, StepStatus
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.ids import ClaimToken
from cse_chat.domain.use_cases.keep_claims import HeldClaim
from cse_chat.domain.use_cases.narrate import Narrate, Narration
from tests.builders import a_correlation_id, a_thread_id
from tests.faults.virtual_time import run_virtual
from tests.waiting import until

STEP = Step(name="look", label="Look", status=StepStatus.STARTED)
SHORT, LONG = timedelta(milliseconds=1), timedelta(hours=1)


class Recorder:
    """Keeps what it is given; may be told to fail, or to be slow."""

    def __init__(self, *failures: Exception) -> None:
        self.calls: list[tuple[Utterance, ...]] = []
        self.failures = list(failures)
        self.free = asyncio.Event()
        self.free.set()

    async def record(self, claim: Claim, said: Sequence[Utterance]) -> None:
        self.calls.append(tuple(said))
        await self.free.wait()
        if self.failures:
            raise self.failures.pop(0)

    @property
    def said(self) -> list[object]:
        return [utterance.said for call in self.calls for utterance in call]


def a_held_claim() -> HeldClaim:
    claim = Claim(
        correlation_id=a_correlation_id(),
        thread_id=a_thread_id(),
        attempt=1,
        spent=0,
        token=ClaimToken("t"),
    )
    return HeldClaim(claim, {})


def narrating(
    recorder: Recorder, *, every: timedelta = SHORT, held: HeldClaim | None = None
) -> Narration:
    return Narrate(recorder=recorder, every=every, again=SHORT)(held or a_held_claim())


async def test_the_first_thing_said_is_recorded_at_once() -> None:
    recorder = Recorder()
    with narrating(recorder, every=LONG) as narration:
        narration.say(Delta("JKH"))
        await until(lambda: recorder.said == [Delta("JKH")])

    assert narration.rest() == ()


async def test_an_agent_that_never_pauses_leaves_everything_to_the_settlement() -> None:
    recorder = Recorder()
    with narrating(recorder) as narration:
        for said in (STEP, Delta("JKH "), Delta("rose"), STEP, Delta(".")):
            narration.say(said)

    rest = narration.rest()
    assert [u.said for u in rest] == [STEP, Delta("JKH rose"), STEP, Delta(".")]
    assert [(u.number, u.chunk_index) for u in rest] == [(1, 0), (2, 0), (3, 0), (4, 1)]
    assert not recorder.calls


async def test_pieces_are_numbered_over_all_recordings() -> None:
    recorder = Recorder()
    with narrating(recorder) as narration:
        narration.say(Delta("a"))
        await until(lambda: len(recorder.calls) == 1)
        narration.say(STEP)
        narration.say(Delta("b"))
        await until(lambda: len(recorder.calls) == 2)
        narration.say(Delta("c"))

    utterances = [u for call in recorder.calls for u in call] + [*narration.rest()]
    assert [(u.number, u.chunk_index) for u in utterances] == [(1, 0), (2, 0), (3, 1), (4, 2)]
    assert [u.said for u in utterances] == [Delta("a"), STEP, Delta("b"), Delta("c")]


def test_what_is_said_soon_after_waits_and_becomes_one() -> None:
    """In virtual time: whoever is held up for as long as it waits would hear two of it."""

    async def scene() -> list[tuple[object, ...]]:
        recorder = Recorder()
        with narrating(recorder, every=timedelta(milliseconds=30)) as narration:
            narration.say(Delta("a"))
            await until(lambda: len(recorder.calls) == 1)
            for text in "bcd":
                narration.say(Delta(text))
                await asyncio.sleep(0)
            await until(lambda: len(recorder.calls) == 2)
        return [tuple(utterance.said for utterance in call) for call in recorder.calls]

    assert run_virtual(scene()) == [(Delta("a"),), (Delta("bcd"),)]


def test_there_are_at_most_25_recordings_a_second() -> None:
    async def scene() -> int:
        recorder = Recorder()
        with Narrate(recorder=recorder)(a_held_claim()) as narration:
            for number in range(1_000):
                narration.say(Delta(str(number)))
                await asyncio.sleep(0.01)
        return len(recorder.calls)

    assert run_virtual(scene()) in range(240, 252)


async def test_what_is_said_during_a_recording_waits_for_its_end() -> None:
    recorder = Recorder()
    recorder.free.clear()
    with narrating(recorder) as narration:
        narration.say(Delta("a"))
        await until(lambda: len(recorder.calls) == 1)
        narration.say(Delta("b"))
        await asyncio.sleep(0.01)
        assert len(recorder.calls) == 1
        recorder.free.set()
        await until(lambda: len(recorder.calls) == 2)

    assert recorder.said == [Delta("a"), Delta("b")]


async def test_what_could_not_be_recorded_is_repeated_as_it_was() -> None:
    """It may have been recorded all the same: the number says so, and the text must not change."""
    recorder = Recorder(TransportError("gone"), TransportError("gone"))
    with narrating(recorder) as narration:
        narration.say(Delta("a"))
        await until(lambda: len(recorder.calls) == 1)
        narration.say(Delta("b"))
        await until(lambda: len(recorder.calls) == 4)

    first, second, third, rest = recorder.calls
    assert first == second == third == (Utterance(number=1, said=Delta("a")),)
    assert rest == (Utterance(number=2, said=Delta("b"), chunk_index=1),)


async def test_what_nobody_knows_of_is_left_to_the_settlement() -> None:
    recorder = Recorder()
    recorder.free.clear()
    with narrating(recorder) as narration:
        narration.say(Delta("a"))
        await until(lambda: len(recorder.calls) == 1)
        narration.say(Delta("b"))

    assert [(u.number, u.said) for u in narration.rest()] == [(1, Delta("a")), (2, Delta("b"))]


async def test_whoever_is_fenced_off_is_stopped() -> None:
    held = a_held_claim()
    with narrating(Recorder(ClaimLostError(held.claim.correlation_id)), held=held) as narration:
        narration.say(Delta("zombie"))
        await until(lambda: held.lost)
