"""What hears of requests that are on their way, in any transport."""

from collections.abc import Callable

from cse_chat.domain.model.deliveries import Hint

Heard = Callable[[Hint, str], None]


class HeardHints:
    """Passes on each hint that is heard.

    Attributes:
        on_hint: Told the hint, and the id of the gateway that waits; may neither wait nor raise.
            ``None``: nobody wants to know.
        on_wake: Called where something comes that is not hinted at.
    """

    def __init__(self) -> None:
        self.on_hint: Heard | None = None
        self.on_wake: Callable[[], None] = _nobody_reads_seldom

    def tell(self, hint: Hint, reply_to: str) -> None:
        """Pass *hint* on."""
        if self.on_hint is not None:
            self.on_hint(hint, reply_to)


def _nobody_reads_seldom() -> None:
    """What comes is read as it comes."""
