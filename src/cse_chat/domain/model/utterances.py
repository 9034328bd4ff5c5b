"""What an attempt says, on its way to be recorded."""

from cse_chat.domain.model.answers import Delta, Said, Step
from cse_chat.domain.model.artifacts import Artifact
from cse_chat.domain.model.events import Utterance


class Utterances:
    """Numbers what one attempt says; pieces of text that wait together become one."""

    def __init__(self) -> None:
        self._waiting: list[list[str] | Step | Artifact] = []  # pieces of text stand together
        self._numbered = 0
        self._pieces = 0

    def __bool__(self) -> bool:
        """Say whether anything waits."""
        return bool(self._waiting)

    def say(self, said: Said) -> None:
        """Have *said* wait, in its order."""
        if not isinstance(said, Delta):
            self._waiting.append(said)
        elif self._waiting and isinstance(self._waiting[-1], list):
            self._waiting[-1].append(said.text)
        else:
            self._waiting.append([said.text])

    def taken(self) -> tuple[Utterance, ...]:
        """Take what waits; from now on it stays as it is."""
        waiting, self._waiting = self._waiting, []
        return tuple(map(self._next, waiting))

    def _next(self, waiting: list[str] | Step | Artifact) -> Utterance:
        self._numbered += 1
        if not isinstance(waiting, list):
            return Utterance(number=self._numbered, said=waiting)
        self._pieces += 1
        text = Delta("".join(waiting))
        return Utterance(number=self._numbered, said=text, chunk_index=self._pieces - 1)
