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
        self._needed: dict[str, Callable[[], bool]] = {}
        self.started = False
        self.draining = False
        self.reading = True

    def needs(self, name: str, usable: Callable[[], bool]) -> None:
        """Be ready only while the server *name* can be used, which *usable* says; cheaply."""
        self._needed[name] = usable

    @property
    def ready(self) -> bool:
        """Whether it has started, can do its work, and is not on its way out."""
        open_ = self.started and not self.draining
        return open_ and self.reading and all(usable() for usable in self._needed.values())

    def details(self) -> Mapping[str, object]:
        """Return the state in words, and whatever else is known."""
        told: dict[str, object] = {"status": self._state(), **self._details()}
        if self._needed:
            told["dependencies"] = {
                name: "up" if usable() else "down" for name, usable in self._needed.items()
            }
        return told

    def _state(self) -> str:
        if self.draining:
            return "draining"
        if not self.started:
            return "starting"
        if not all(usable() for usable in self._needed.values()):
            return "degraded"
        return "ready" if self.reading else "not reading"
