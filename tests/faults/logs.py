"""A request log whose records take their time, and whose appends may fail."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from cse_chat.adapters.wire.requests import encode_request
from cse_chat.domain.errors import ChatError
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from tests.faults.broker import Broker


@dataclass(kw_only=True)
class SlowLog:
    """The broker as a gateway reaches it.

    Attributes:
        kept_after: Seconds until a record is there, whether the append has ended or not, and also
            if who appends it dies; ``None``: never.
        ends_after: Seconds until the append ends.
        hurry: It ends now.
        error: What it ends with; ``None``: well.
    """

    broker: Broker
    kept_after: float | None
    ends_after: float
    error: Callable[[ChatRequest], ChatError] | None = None
    hurry: asyncio.Event = field(default_factory=asyncio.Event)

    async def append(self, request: ChatRequest) -> Durability:
        """See `RequestLog.append`."""
        loop = asyncio.get_running_loop()
        if self.kept_after is not None:
            encoded = encode_request(request)
            loop.call_later(self.kept_after, self.broker.append_record, encoded)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.ends_after):
                await self.hurry.wait()
        if self.error:
            raise self.error(request)
        return Durability.KAFKA
