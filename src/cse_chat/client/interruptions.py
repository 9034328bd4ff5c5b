"""Why following has to go on in another way; nobody outside of the client sees these."""


class InterruptedFollowingError(Exception):
    """It goes on behind the event that was told last.

    Attributes:
        after: Seconds that the gateway wants us to wait; ``None`` if it says nothing.
    """

    after: float | None = None


class BrokenConnectionError(InterruptedFollowingError):
    """The connection could not be made, or broke."""

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class BlockedWayError(InterruptedFollowingError):
    """Nothing comes in this way, and another one may be open: something between holds it back.

    Attributes:
        is_certain: Whether that will be so again; else it may be chance.
    """

    def __init__(self, reason: str, *, is_certain: bool = True) -> None:
        super().__init__(reason)
        self.is_certain = is_certain


class BusyGatewayError(InterruptedFollowingError):
    """The gateway cannot tell now."""

    def __init__(self, status: int, *, after: float | None) -> None:
        super().__init__(f"status {status}")
        self.after = after


class NothingMoreError(Exception):
    """Nothing ever comes behind that event: it is the outcome."""
