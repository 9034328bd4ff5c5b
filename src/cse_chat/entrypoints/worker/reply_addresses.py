"""Who waits for the requests that this worker has in hand."""

import re
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Final

from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.ids import CorrelationId
from cse_chat.domain.use_cases.process_request import Progress

Process = Callable[[Delivery, Progress], Awaitable[None]]

REPLY_TO: Final = "ce_replyto"
_GATEWAY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ReplyAddresses:
    """Knows, while a request is processed, which gateway its record says to reply to.

    The domain knows nothing of addresses: whoever settles or announces looks here, by the id.
    """

    def __init__(self, own: str) -> None:
        """Store the arguments.

        Args:
            own: Id of the gateway in this process; empty when there is none.
        """
        self._own = own or None
        self._gateways: dict[CorrelationId, list[str]] = {}

    def __call__(self, correlation_id: CorrelationId) -> str | None:
        """Return the id of the gateway that waits; ``None`` when nobody knows."""
        gateways = self._gateways.get(correlation_id)
        return gateways[-1] if gateways else self._own

    @contextmanager
    def known(self, correlation_id: CorrelationId, gateway_id: str) -> Generator[None]:
        """Know inside who waits; also where the same request is in hand twice."""
        if not _GATEWAY_ID.fullmatch(gateway_id):  # anybody may write records
            yield
            return
        gateways = self._gateways.setdefault(correlation_id, [])
        gateways.append(gateway_id)
        try:
            yield
        finally:
            gateways.remove(gateway_id)
            if not gateways:
                del self._gateways[correlation_id]

    def around(self, process: Process) -> Process:
        """Return *process* such that the address of what it processes is known meanwhile."""

        async def addressed(delivery: Delivery, progress: Progress) -> None:
            correlation_id = delivery.request.correlation_id
            gateway = dict(delivery.record.headers).get(REPLY_TO, b"").decode(errors="replace")
            with self.known(correlation_id, gateway):
                await process(delivery, progress)

        return addressed
