"""What may stand between a browser and the service."""

from collections.abc import Awaitable, Callable

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
