"""Why following has to go on in another way; nobody outside of the client sees these."""


class InterruptedFollowingError(Exception):
    """It goes on behind the event that was told last.

    Attributes:
        after: Seconds that the gateway wants us to wait; ``None`` if it says nothing.
    """

    after: float | None = None


class BrokenConnectionError(InterruptedFollowingError):
    """The connection could not be made, or broke."""


class SilentStreamError(InterruptedFollowingError):
    """There is a connection, and no stream in it: something on the way may hold it back."""


class BusyGatewayError(InterruptedFollowingError):
    """The gateway cannot tell now."""

    def __init__(self, status: int, *, after: float | None) -> None:
        super().__init__(f"status {status}")
        self.after = after


class NothingMoreError(Exception):
    """Nothing ever comes behind that event: it is the outcome."""
