"""Whether the process may be given work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a server.

    Attributes:
        reason: Stable name, such as ``connection-refused``.
        remedy: What it is and what to change; holds no password.
        setting: The variable that names the server.
    """

    reason: str
    remedy: str
    setting: str


def _nothing() -> Sequence[Trouble]:
    return ()


class Readiness:
    """Set by who opens and drains the process, read by the health routes."""

    def __init__(self, details: Callable[[], Mapping[str, object]]) -> None:
        """Store the arguments.

        Args:
            details: What the health routes tell beside the state; cheap, and no secrets.
        """
        self._details = details
        self._needed: dict[str, Callable[[], bool]] = {}
        self._troubles: dict[str, Callable[[], Sequence[Trouble]]] = {}
        self._counters: dict[str, Callable[[], object]] = {}
        self.started = False
        self.draining = False
        self.reading = True

    def needs(
        self,
        name: str,
        usable: Callable[[], bool],
        *,
        troubles: Callable[[], Sequence[Trouble]] = _nothing,
    ) -> None:
        """Be ready only while something can be used.

        Args:
            name: What it is.
            usable: Whether it can be used now; cheap.
            troubles: What is known to be wrong with it, usable or not; cheap.
        """
        self._needed[name] = usable
        self._troubles[name] = troubles

    def counts(self, name: str, counter: Callable[[], object]) -> None:
        """Tell what *counter* says, a number or numbers by reason, since the process began."""
        self._counters[name] = counter

    @property
    def ready(self) -> bool:
        """Whether it has started, can do its work, and is not on its way out."""
        open_ = self.started and not self.draining
        return open_ and self.reading and all(usable() for usable in self._needed.values())

    def dependencies(self) -> Mapping[str, bool]:
        """Return whether each thing that is needed can be used now."""
        return {name: usable() for name, usable in self._needed.items()}

    def details(self) -> Mapping[str, object]:
        """Return the state in words, and whatever else is known."""
        told: dict[str, object] = {"status": self._state(), **self._details()}
        if self._needed:
            told["dependencies"] = {
                name: "up" if is_up else "down" for name, is_up in self.dependencies().items()
            }
            told["problems"] = [
                {"dependency": name, **asdict(trouble)}
                for name, troubles in self._troubles.items()
                for trouble in troubles()
            ]
        if self._counters:
            told["counters"] = {name: counter() for name, counter in self._counters.items()}
        return told

    def _state(self) -> str:
        if self.draining:
            return "draining"
        if not self.started:
            return "starting"
        if not all(usable() for usable in self._needed.values()):
            return "degraded"
        return "ready" if self.reading else "not reading"
