"""What may stand between a browser and the service."""

from collections.abc import Awaitable, Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from playwright.async_api import Route


async def breaks(route: Route) -> None:
    """Break every connection."""
    await route.abort()


async def holds_back(_: Route) -> None:
    """Pass nothing on, as a proxy does that waits for the end of what is streamed."""


def saying(
    status: int, body: str, *, media_type: str = "application/json"
) -> Callable[[Route], Awaitable[None]]:
    """Answer instead of the service."""

    async def fulfil(route: Route) -> None:
        await route.fulfill(status=status, body=body, content_type=media_type)

    return fulfil


class Witness:
    """Passes everything on, and notes behind which events readers say that they are.

    In the service, because the browser's tools do not show that header.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.resumed: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] == ScopeType.HTTP and scope["path"].endswith("/events"):
            headers = dict(scope["headers"])
            self.resumed.append(headers.get(b"last-event-id", b"").decode())
        await self._app(scope, receive, send)
