"""What a WebSocket is to a client, and how it is opened."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from cse_chat.client.gateways import Gateway


class ClosedSocketError(Exception):
    """A socket is closed.

    Attributes:
        code: What the close frame says; ``None`` if there was none.
    """

    def __init__(self, code: int | None) -> None:
        super().__init__(f"the socket is closed ({code or 'without a word'})")
        self.code = code


class Socket(Protocol):
    """An open WebSocket of ``cse-chat.v1``."""

    async def send(self, frame: bytes) -> None:
        """Send a frame.

        Raises:
            ClosedSocketError: Nobody takes it.
        """
        ...

    async def receive(self) -> bytes:
        """Return the next frame; nothing gets lost when it is cancelled.

        Raises:
            ClosedSocketError: There is none any more.
        """
        ...


class Dial(Protocol):
    """Opens sockets; they are closed when they are left."""

    def __call__(
        self, gateway: Gateway, thread_id: str, *, within: timedelta
    ) -> AbstractAsyncContextManager[Socket]:
        """Open the socket of a thread.

        Args:
            gateway: Where.
            thread_id: The thread; it belongs to whoever opens its socket, if it is nobody's.
            within: How long that may take.

        Raises:
            BlockedWayError: There is none.
        """
        ...
