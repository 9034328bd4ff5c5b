"""Following by looking again and again, where nothing else comes through."""

from collections.abc import AsyncGenerator, Callable
from typing import Final

from cse_chat.client.events import Event, decode_event
from cse_chat.client.gateways import Gateway
from cse_chat.client.interruptions import NothingMoreError
from cse_chat.client.looking import look

_WAIT_SECONDS: Final = 20


async def polled(
    gateway: Gateway, path: str, *, after: str | None, heard: Callable[[], None]
) -> AsyncGenerator[Event]:
    """Yield what *gateway* tells behind *after*, for as long as it waits for something to tell.

    *heard* is told of every answer.

    Raises:
        BrokenConnectionError: It is interrupted: go on behind what was yielded last.
        BusyGatewayError: It cannot tell now.
        NothingMoreError: Nothing ever comes any more.
        ProblemError: It refuses.
        UnintelligibleError: It tells what are no events.
    """
    wait = 0  # the first answer shows whether this way is open
    while True:
        seen = await look(gateway, path, after=after, wait=wait)
        heard()
        for event in seen.events:
            yield decode_event(bytes(event))
        if seen.next is None:
            raise NothingMoreError
        if wait and not seen.events:
            return  # it waits no longer, or goes away; whoever comes back at once is not too early
        after, wait = seen.next, _WAIT_SECONDS
