"""`Hints` inside one event loop."""

from cse_chat.adapters.hints import HeardHints
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest


class InMemoryHints(HeardHints):
    """Tells whoever answers in this process, if anybody does."""

    def give(self, request: ChatRequest) -> Hint | None:
        """See `Hints.give`."""
        if self.on_hint is None:
            return None
        # What began with this process lacks nothing of what began after it.
        hint = Hint(request=request, partition=None, durability=Durability.KAFKA)
        self.tell(hint, "")
        return hint

    def wake(self, _: ChatRequest) -> None:
        """See `Hints.wake`."""
        self.on_wake()
