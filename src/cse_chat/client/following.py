"""Following across everything that may interrupt it: each event once and in order, or a gap."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from cse_chat.client.events import Answered, EndedUnanswered, Event
from cse_chat.client.gateways import Gateway, Gateways
from cse_chat.client.interruptions import (
    InterruptedFollowingError,
    NothingMoreError,
    SilentStreamError,
)
from cse_chat.client.polling import polled
from cse_chat.client.positions import Position
from cse_chat.client.retries import Patience, Retries
from cse_chat.client.streaming import streamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Tells what happens, at whichever gateway and in whichever way it can be heard."""

    gateways: Gateways
    patience: Patience

    async def __call__(
        self, path: str, *, after: str | None, up_to_outcome: bool
    ) -> AsyncGenerator[Event]:
        """Yield what happens behind *after*.

        Args:
            path: Where the events are.
            after: A cursor; ``None``: from the first event on.
            up_to_outcome: Whether the first outcome is the end: it is one question's events.

        Raises:
            UnreachableError: No gateway answers for longer than there is patience.
            ProblemError: The service refuses.
            UnintelligibleError: It is no service that we understand.
        """
        position = Position(after)
        retries = Retries(self.gateways, self.patience)
        while True:
            gateway = retries.gateway
            interruption: InterruptedFollowingError | None = None
            try:
                telling = _told(gateway, path, after=position.cursor, retries=retries)
                async with aclosing(telling) as events:
                    async for event in events:
                        if not position.passes(event):
                            continue
                        yield event
                        if up_to_outcome and isinstance(event, Answered | EndedUnanswered):
                            return
            except NothingMoreError:
                return
            except InterruptedFollowingError as error:
                interruption = error
            await retries.again(
                gateway, because=interruption, after=interruption.after if interruption else None
            )


async def _told(
    gateway: Gateway, path: str, *, after: str | None, retries: Retries
) -> AsyncGenerator[Event]:
    """Yield what *gateway* tells, as a stream if one comes through, else look by look."""
    if gateway.streams:
        try:
            async with aclosing(streamed(gateway, path, after=after, retries=retries)) as events:
                async for event in events:
                    yield event
        except SilentStreamError:
            pass  # before the first event: another way to the same gateway may be open
        else:
            return
    async with aclosing(polled(gateway, path, after=after, retries=retries)) as events:
        async for event in events:
            yield event
