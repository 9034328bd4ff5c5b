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

    @property
    def ready(self) -> bool:
        """Whether it has started and is not on its way out."""
        return self.started and not self.draining

    def details(self) -> Mapping[str, object]:
        """Return the state in words, and whatever else is known."""
        state = "draining" if self.draining else "ready" if self.started else "starting"
        return {"status": state, **self._details()}
