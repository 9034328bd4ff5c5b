"""Following by looking again and again, where streams do not come through."""

from collections.abc import AsyncGenerator
from typing import Final

import httpx

from cse_chat.client.events import Event, decode_event
from cse_chat.client.gateways import Gateway, timeout
from cse_chat.client.interruptions import (
    BrokenConnectionError,
    BusyGatewayError,
    NothingMoreError,
)
from cse_chat.client.responses import Look, is_busy, read_as, refuse, retry_after
from cse_chat.client.retries import Retries

_WAIT_SECONDS: Final = 20


async def polled(
    gateway: Gateway, path: str, *, after: str | None, retries: Retries
) -> AsyncGenerator[Event]:
    """Yield what *gateway* tells behind *after*, for as long as it waits for something to tell.

    Raises:
        BrokenConnectionError: It is interrupted: go on behind what was yielded last.
        BusyGatewayError: It cannot tell now.
        NothingMoreError: Nothing ever comes any more.
        ProblemError: It refuses.
        UnintelligibleError: It tells what are no events.
    """
    wait = 0  # the first answer shows whether this way is open
    while True:
        look = await _look(gateway, path, after=after, wait=wait)
        retries.succeeded()
        gateway.streams = False  # this is only tried where no stream comes, and it works
        for event in look.events:
            yield decode_event(bytes(event))
        if look.next is None:
            raise NothingMoreError
        if wait and not look.events:
            return  # it waits no longer, or goes away; whoever comes back at once is not too early
        after, wait = look.next, _WAIT_SECONDS


async def _look(gateway: Gateway, path: str, *, after: str | None, wait: int) -> Look:
    asked = {"wait": str(wait)} | ({"after": after} if after else {})
    try:
        response = await gateway.http.get(
            path, params=asked, headers={"Accept": "application/json"}, timeout=timeout(wait)
        )
    except httpx.TransportError as error:
        raise BrokenConnectionError(str(error) or type(error).__name__) from error
    if is_busy(response):
        raise BusyGatewayError(response.status_code, after=retry_after(response))
    if response.status_code != httpx.codes.OK:
        refuse(response)
    return read_as(Look, response)
