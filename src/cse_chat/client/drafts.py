"""What to show of a question while it is answered: its events, folded."""

from collections.abc import Mapping
from types import MappingProxyType

from cse_chat.client.events import (
    Accepted,
    Answered,
    ArtifactMade,
    Delta,
    EndedUnanswered,
    Event,
    Gap,
    Reopened,
    RequestEvent,
    Step,
)
from cse_chat.client.outcomes import Answer, Artifact, Outcome


class Draft:
    """One question and what is known of its answer.

    Attributes:
        question: Its text; empty until it is told.
        attempt: The newest attempt; what an earlier one said is gone.
        artifacts: The tables and series so far.
        outcome: How it ended; ``None`` while it is open. From an answer on, `text` and `artifacts`
            are those of the answer, whatever was told before.
        is_whole: Whether nothing of it was missed; false behind a gap, or where its beginning was
            not told, until there is an outcome. Read it again, or wait.
    """

    def __init__(self) -> None:
        self.question = ""
        self.attempt = 0
        self.artifacts: tuple[Artifact, ...] = ()
        self.outcome: Outcome | None = None
        self.is_whole = True
        self._pieces: list[str] = []
        self._steps: dict[str, Step] = {}

    @property
    def text(self) -> str:
        """What the newest attempt has said."""
        if isinstance(self.outcome, Answer):
            return self.outcome.text
        return "".join(self._pieces)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the newest attempt does and did, each with its newest status, in their order."""
        return tuple(self._steps.values())

    def tell(self, event: Event) -> None:
        """Take what happened to this question next.

        What an attempt says that is fenced off by a newer one, and what is told behind the
        outcome, changes nothing.
        """
        if isinstance(event, Gap):
            self.is_whole = self.is_whole and self.outcome is not None
        elif isinstance(event, Reopened):
            self._begin(0)  # attempts are numbered anew
            self.outcome = None
        elif isinstance(event, RequestEvent) and self.outcome is None:
            self._tell(event)

    def _tell(self, event: RequestEvent) -> None:
        if isinstance(event, Answered | EndedUnanswered):
            self._end(event)
            return
        if isinstance(event, Accepted):
            self.question = event.message
            return
        if event.attempt < self.attempt:
            return
        if event.attempt > self.attempt:
            self._begin(event.attempt)
        if isinstance(event, Step):
            self._steps[event.name] = event
        elif isinstance(event, ArtifactMade):
            self.artifacts += (event.artifact,)
        elif isinstance(event, Delta):
            if not self._pieces and event.chunk_index > 0:
                self.is_whole = False
            self._pieces.append(event.text)

    def _begin(self, attempt: int) -> None:
        self.attempt = attempt
        self.artifacts = ()
        self.is_whole = True
        self._pieces.clear()
        self._steps.clear()

    def _end(self, event: Answered | EndedUnanswered) -> None:
        self.outcome = event.outcome
        self.is_whole = True
        if isinstance(event, Answered):
            self.artifacts = event.artifacts


class Transcript:
    """What happens in a thread: its questions in the order in which they were told.

    Attributes:
        needs_history: Whether events were lost: read the history, then call `reloaded`.
    """

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}
        self.needs_history = False

    @property
    def drafts(self) -> Mapping[str, Draft]:
        """The questions by their correlation ids."""
        return MappingProxyType(self._drafts)

    def tell(self, event: Event) -> Draft | None:
        """Take the next event; return the question that it is about, if it is about one."""
        if isinstance(event, Gap):
            self.needs_history = True
            for draft in self._drafts.values():
                draft.tell(event)
        if not isinstance(event, RequestEvent):
            return None
        draft = self._drafts.setdefault(event.correlation_id, Draft())
        draft.tell(event)
        return draft

    def reloaded(self) -> None:
        """Say that the history was read since the last gap."""
        self.needs_history = False
