"""Looking at what has happened, once."""

import httpx

from cse_chat.client.gateways import Gateway, timeout
from cse_chat.client.interruptions import BrokenConnectionError, BusyGatewayError
from cse_chat.client.responses import Look, is_busy, read_as, refuse, retry_after


async def look(gateway: Gateway, path: str, *, after: str | None, wait: int = 0) -> Look:
    """Return what *gateway* has behind *after*; if that is nothing, it may wait for something.

    Args:
        gateway: Where to look.
        path: Where the events are.
        after: A cursor; ``None``: from the first event on.
        wait: Seconds.

    Raises:
        BrokenConnectionError: The connection could not be made, or broke.
        BusyGatewayError: It cannot tell now.
        ProblemError: It refuses.
        UnintelligibleError: It tells what are no events.
    """
    query = {"wait": str(wait)} | ({"after": after} if after else {})
    response = await fetched(gateway, path, query, wait=wait)
    if response.status_code != httpx.codes.OK:
        refuse(response)
    return read_as(Look, response)


async def fetched(
    gateway: Gateway, path: str, query: dict[str, str] | None = None, *, wait: int = 0
) -> httpx.Response:
    """Return what *gateway* answers, whatever that is.

    Raises:
        BrokenConnectionError: The connection could not be made, or broke.
        BusyGatewayError: It cannot answer now.
    """
    try:
        response = await gateway.http.get(
            path, params=query, headers={"Accept": "application/json"}, timeout=timeout(wait)
        )
    except httpx.TransportError as error:
        raise BrokenConnectionError(str(error) or type(error).__name__) from error
    if is_busy(response):
        raise BusyGatewayError(response.status_code, after=retry_after(response))
    return response
