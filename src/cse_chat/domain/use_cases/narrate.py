"""Let those who follow an attempt see what it says while it says it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

from cse_chat.domain.errors import ClaimLostError, TransportError
from cse_chat.domain.model.answers import Said
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.utterances import Utterances
from cse_chat.domain.ports.events import EventRecorder
from cse_chat.domain.use_cases.keep_claims import HeldClaim


class Narration:
    """Records what one attempt says, at most so many times a second; the first at once.

    Pieces of text that wait together become one. Whoever settles the attempt records what is
    left (`rest`) in the same step, so that an agent that never pauses costs no step more.
    """

    def __init__(
        self, recorder: EventRecorder, held: HeldClaim, *, every: timedelta, again: timedelta
    ) -> None:
        self._recorder = recorder
        self._held = held
        self._every = every.total_seconds()
        self._again = again.total_seconds()
        self._loop = asyncio.get_running_loop()
        self._waiting = Utterances()
        self._unsure: tuple[Utterance, ...] = ()  # being recorded, or nobody knows
        self._not_before = 0.0
        self._timer: asyncio.Handle | None = None
        self._recording: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Record nothing more by itself."""
        if self._timer:
            self._timer.cancel()
        if self._recording:
            self._recording.cancel()

    def say(self, said: Said) -> None:
        """Have *said* recorded, in its order."""
        self._waiting.say(said)
        self._begin_later()

    def rest(self) -> tuple[Utterance, ...]:
        """Return all of which nobody knows that it is recorded, once this is left."""
        return (*self._unsure, *self._waiting.taken())

    def _begin_later(self) -> None:
        if self._timer is None and self._recording is None and self._waiting:
            if self._not_before <= self._loop.time():
                self._timer = self._loop.call_soon(self._begin)
            else:
                self._timer = self._loop.call_at(self._not_before, self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._not_before = self._loop.time() + self._every
        self._unsure = self._waiting.taken()
        self._recording = asyncio.create_task(self._record())

    async def _record(self) -> None:
        """Record what is being recorded, until it is."""
        while True:
            try:
                await self._recorder.record(self._held.claim, self._unsure)
            except TransportError:
                await asyncio.sleep(self._again)
            except ClaimLostError:
                self._held.lose()
                return
            else:
                break
        self._unsure = ()
        self._recording = None
        self._begin_later()


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrate:
    """Begin to record what an attempt says.

    Attributes:
        every: The shortest time between two recordings of one attempt.
        again: The pause before what could not be recorded is tried again.
    """

    recorder: EventRecorder
    every: timedelta = timedelta(milliseconds=40)
    again: timedelta = timedelta(milliseconds=250)

    def __call__(self, held: HeldClaim) -> Narration:
        """Return what takes what the attempt under *held* says, while it is entered."""
        return Narration(self.recorder, held, every=self.every, again=self.again)
