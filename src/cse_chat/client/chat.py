"""The client of a chat service: ask, follow, cancel and read, across whatever the network does.

It needs httpx, msgspec and websockets, and nothing else of this package.
"""

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

import httpx

from cse_chat.client.calls import Calls
from cse_chat.client.errors import UnansweredError, UnintelligibleError
from cse_chat.client.events import Answered, EndedUnanswered, Event
from cse_chat.client.following import Following
from cse_chat.client.gateways import Gateway, Gateways
from cse_chat.client.outcomes import Answer, Open, Outcome, Turn
from cse_chat.client.questions import Asking, Question
from cse_chat.client.responses import Page, outcome_in, read_as, refuse
from cse_chat.client.retries import Patience
from cse_chat.client.sockets import Socket
from cse_chat.client.subjects import Subject, path_of_question, path_of_thread
from cse_chat.client.ways import Way

_PAGE: Final = "1000"
_USUAL: Final = Patience()


class ChatClient:
    """Talks to one service, by way of any of its gateways.

    What may be sent again is sent again, at another gateway and a little later, for as long as
    there is patience. A question is not: see `AcceptanceUnknownError`.

    To be used inside ``async with``, by as many tasks of one event loop as there are.
    """

    def __init__(
        self,
        *urls: str,
        patience: Patience | timedelta = _USUAL,
        ways: Collection[Way] = tuple(Way),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Store the arguments; nothing is opened yet.

        Args:
            urls: Of gateways, such as ``http://127.0.0.1:8000``; at least one.
            patience: For how long no gateway may answer before it is given up.
            ways: How to hear what happens; of several, the first one that works at a gateway.
            transport: What carries requests; ``None`` is the network. Another one carries no
                WebSocket.

        Raises:
            ValueError: There is no URL, or one is unusable; or there is no way.
        """
        patience = patience if isinstance(patience, Patience) else Patience(limit=patience)
        usable = [way for way in Way if way in ways and (way != Way.WEBSOCKET or not transport)]
        first = int(patience.chance() * len(urls))
        gateways = Gateways(urls, transport, first=first, ways=usable)
        self._gateways = gateways
        self._asking = Asking(gateways=gateways, patience=patience)
        self._calls = Calls(gateways=gateways, patience=patience)
        self._following = Following(gateways=gateways, patience=patience, dial=_dial)

    async def __aenter__(self) -> Self:
        """Open."""
        await self._gateways.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        await self._gateways.__aexit__(kind, error, trace)

    # --- asking -----------------------------------------------------------------------------------

    async def ask(
        self,
        message: str,
        *,
        thread_id: str | None = None,
        metadata: Mapping[str, str] | None = None,
        if_busy: str | None = None,
    ) -> Answer:
        """Ask, and return the answer, however long it takes.

        Whoever stops waiting (with `asyncio.timeout`, say) changes nothing about the answer: use
        `send` where it is to be found again, or cancelled.

        Args:
            message: 1 to 4,000 characters.
            thread_id: The conversation to go on with; ``None`` begins one.
            metadata: Kept with the question.
            if_busy: ``enqueue``, ``reject`` or ``interrupt``; ``None``: as the service does.

        Raises:
            UnansweredError: It ended without an answer.
            AcceptanceUnknownError: Nobody knows whether it was accepted.
            ProblemError: It was refused.
            UnreachableError: No gateway answers.
            UnintelligibleError: It is no service that we understand.
        """
        accepted = await self.send(message, thread_id=thread_id, metadata=metadata, if_busy=if_busy)
        outcome = await self._outcome_of(accepted)
        if not isinstance(outcome, Answer):
            raise UnansweredError(outcome)
        return outcome

    async def send(
        self,
        message: str,
        *,
        thread_id: str | None = None,
        metadata: Mapping[str, str] | None = None,
        if_busy: str | None = None,
    ) -> Open:
        """Ask, and return as soon as the question is durable: it is answered, and has a name.

        The arguments and errors are those of `ask`, but it is not waited for an outcome.
        """
        return await self._asking(
            Question(message=message, thread_id=thread_id, metadata=metadata, if_busy=if_busy)
        )

    async def stream(
        self,
        message: str,
        *,
        thread_id: str | None = None,
        metadata: Mapping[str, str] | None = None,
        if_busy: str | None = None,
    ) -> AsyncGenerator[Event]:
        """Ask, and yield what happens to the question, up to its outcome; see `Draft`.

        The arguments and errors are those of `ask`; an end without an answer is the last event.
        Whoever leaves early closes it (`contextlib.aclosing`); the question is answered all the same.
        """
        accepted = await self.send(message, thread_id=thread_id, metadata=metadata, if_busy=if_busy)
        async with aclosing(self._following(_question(accepted), after=None)) as events:
            async for event in events:
                yield event

    # --- following --------------------------------------------------------------------------------

    def follow(self, thread_id: str, *, after: str | None = None) -> AsyncGenerator[Event]:
        """Yield what happens in a thread, for as long as one listens.

        Each event comes once, in its order; where some are lost, a `Gap` says so: then read the
        history, and go on listening.

        Args:
            thread_id: The conversation; somebody has asked in it.
            after: The `cursor` of the last event that is known; ``None``: all that is kept.

        Raises:
            ProblemError: The thread is not known, or not yours.
            UnreachableError: No gateway answers; go on later, from the last cursor.
            UnintelligibleError: It is no service that we understand.
        """
        return self._following(Subject(thread_id=thread_id), after=after)

    def follow_question(
        self, correlation_id: str, *, after: str | None = None
    ) -> AsyncGenerator[Event]:
        """Yield what happens to one question, up to its outcome; see `follow`.

        Behind the outcome there is nothing.
        """
        return self._following(Subject.question(correlation_id), after=after)

    async def _outcome_of(self, accepted: Open) -> Outcome:
        async with aclosing(self._following(_question(accepted), after=None)) as events:
            async for event in events:
                if isinstance(event, Answered | EndedUnanswered):
                    return event.outcome
        return _ended(await self.read(accepted.correlation_id))  # nothing more is told: it is over

    # --- reading ----------------------------------------------------------------------------------

    async def read(self, correlation_id: str, *, wait: timedelta = timedelta()) -> Outcome | Open:
        """Return how a question stands, or how it ended.

        Args:
            correlation_id: The question.
            wait: How long to wait for an outcome, at most; the service may wait less.

        Raises:
            ProblemError: It is not known, or not yours.
            UnreachableError: No gateway answers.
            UnintelligibleError: It is no service that we understand.
        """
        seconds = wait.total_seconds()
        query = {"wait": f"{seconds:.3f}"} if seconds > 0 else None
        path = path_of_question(correlation_id)
        return outcome_in(await self._calls("GET", path, query=query, wait=seconds))

    async def cancel(self, correlation_id: str) -> Outcome:
        """Cancel a question; return how it ended: so, or as it had ended before.

        Raises:
            ProblemError: It is not known, or not yours.
            UnreachableError: No gateway can say; it may be cancelled, or not: cancel it again.
            UnintelligibleError: It is no service that we understand.
        """
        path = f"{path_of_question(correlation_id)}/cancel"
        return _ended(outcome_in(await self._calls("POST", path)))

    async def history(self, thread_id: str) -> AsyncGenerator[Turn]:
        """Yield what was said in a thread, oldest first: after a `Gap`, say.

        The errors are those of `read`.
        """
        path = f"{path_of_thread(thread_id)}/messages"
        after: str | None = ""
        while after is not None:
            query = {"limit": _PAGE} | ({"after": after} if after else {})
            response = await self._calls("GET", path, query=query)
            if response.status_code != httpx.codes.OK:
                refuse(response)
            page = read_as(Page, response)
            for turn in page.messages:
                yield turn
            after = page.next if page.messages else None


def _dial(
    gateway: Gateway, thread_id: str, *, within: timedelta
) -> AbstractAsyncContextManager[Socket]:
    from cse_chat.client.dialing import dialled  # noqa: PLC0415 -- slow, and seldom needed at once

    return dialled(gateway, thread_id, within=within)


def _ended(outcome: Outcome | Open) -> Outcome:
    if isinstance(outcome, Open):
        raise UnintelligibleError(f"{outcome.correlation_id} is over, and is {outcome.status}")
    return outcome


def _question(accepted: Open) -> Subject:
    return Subject.question(accepted.correlation_id, thread_id=accepted.thread_id)
