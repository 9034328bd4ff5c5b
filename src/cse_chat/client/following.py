"""Following across everything that may interrupt it: each event once and in order, or a gap."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from cse_chat.client.conversing import conversed
from cse_chat.client.events import Answered, EndedUnanswered, Event
from cse_chat.client.gateways import Gateway, Gateways
from cse_chat.client.interruptions import (
    BlockedWayError,
    InterruptedFollowingError,
    NothingMoreError,
)
from cse_chat.client.polling import polled
from cse_chat.client.positions import Position
from cse_chat.client.retries import Patience, Retries
from cse_chat.client.sockets import Dial
from cse_chat.client.streaming import streamed
from cse_chat.client.subjects import Subject
from cse_chat.client.ways import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Tells what happens, at whichever gateway and in whichever way it can be heard."""

    gateways: Gateways
    patience: Patience
    dial: Dial

    async def __call__(self, subject: Subject, *, after: str | None) -> AsyncGenerator[Event]:
        """Yield what happens behind *after*: of one question, up to its outcome.

        Args:
            subject: Of what.
            after: A cursor; ``None``: from the first event on.

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
                async with aclosing(self._told(gateway, subject, position, retries)) as events:
                    async for event in events:
                        if not position.passes(event):
                            continue
                        yield event
                        if subject.correlation_id and isinstance(event, Answered | EndedUnanswered):
                            return
            except NothingMoreError:
                return
            except InterruptedFollowingError as error:
                interruption = error
            await retries.again(
                gateway, because=interruption, after=interruption.after if interruption else None
            )

    async def _told(
        self, gateway: Gateway, subject: Subject, position: Position, retries: Retries
    ) -> AsyncGenerator[Event]:
        """Yield what *gateway* tells, in the first of the ways in which something comes through."""
        *others, last = gateway.ways
        for way in others:
            try:
                async with aclosing(self._by(way, gateway, subject, position, retries)) as events:
                    async for event in events:
                        yield event
            except BlockedWayError as blocked:
                gateway.missed(way, is_certain=blocked.is_certain)
            else:
                return
        async with aclosing(self._by(last, gateway, subject, position, retries)) as events:
            async for event in events:
                yield event

    def _by(
        self, way: Way, gateway: Gateway, subject: Subject, position: Position, retries: Retries
    ) -> AsyncGenerator[Event]:
        def heard() -> None:
            retries.succeeded()
            gateway.heard(way)

        after = position.cursor
        match way:
            case Way.WEBSOCKET:
                return conversed(
                    gateway,
                    subject,
                    after=after,
                    patience=self.patience,
                    heard=heard,
                    dial=self.dial,
                )
            case Way.SSE:
                return streamed(gateway, subject.path, after=after, retries=retries, heard=heard)
            case Way.POLLING:
                return polled(gateway, subject.path, after=after, heard=heard)
