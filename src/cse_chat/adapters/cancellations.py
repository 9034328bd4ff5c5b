"""What every ledger tells a worker at once when a request that runs is cancelled."""

from collections.abc import Callable

from cse_chat.domain.model.ids import CorrelationId


class Cancellations:
    """Says of which request it was heard that it was cancelled, at most once and perhaps wrongly.

    It is never the truth: whoever hears asks the ledger, and whoever runs a request looks there
    again and again without having heard anything.

    Attributes:
        on_cancelled: Told of each; may neither wait nor raise.
    """

    def __init__(self) -> None:
        """Tell nobody yet."""
        self.on_cancelled: Callable[[CorrelationId], object] = _nobody_runs_it

    def tell(self, correlation_id: CorrelationId) -> None:
        """Pass it on."""
        self.on_cancelled(correlation_id)


def _nobody_runs_it(_: CorrelationId) -> None:
    """No worker is in this process."""
