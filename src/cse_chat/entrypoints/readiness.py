"""Whether the process may be given work."""

from collections.abc import Callable, Mapping


class Readiness:
    """Set by who opens and drains the process, read by the health routes."""

    def __init__(self, details: Callable[[], Mapping[str, object]]) -> None:
        """Store the arguments.

        Args:
            details: What the health routes tell beside the state; cheap, and no secrets.
        """
        self._details = details
        self.started = False
        self.draining = False
        self.reading = True

    @property
    def ready(self) -> bool:
        """Whether it has started, takes questions, and is not on its way out."""
        return self.started and self.reading and not self.draining

    def details(self) -> Mapping[str, object]:
        """Return the state in words, and whatever else is known."""
        return {"status": self._state(), **self._details()}

    def _state(self) -> str:
        if self.draining:
            return "draining"
        if not self.started:
            return "starting"
        return "ready" if self.reading else "not reading"
