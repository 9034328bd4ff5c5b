"""What happens to a question while its answer is awaited."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Final

from cse_chat.client.chat import ChatClient
from cse_chat.client.errors import ChatClientError
from cse_chat.client.events import Event
from cse_chat.entrypoints.cli.asking import document_of
from cse_chat.entrypoints.cli.conversations import Unanswered, Watch

_PATIENCE: Final = timedelta(seconds=10)


def watching(url: str, told: Callable[[Event], None]) -> Watch:
    """Return what tells the events of a question at the service at *url*, up to its outcome.

    That they cannot be told, or not all of them, is no error: who watches reads the answer
    afterwards.
    """

    def watch(question: Unanswered, wait: float) -> None:
        document = document_of(question.response)
        correlation_id = document.get("correlation_id")
        if isinstance(correlation_id, str) and document.get("events_url") and wait > 0:
            asyncio.run(_tell(url, correlation_id, told, wait=wait))

    return watch


async def _tell(
    url: str, correlation_id: str, told: Callable[[Event], None], *, wait: float
) -> None:
    try:
        async with (
            asyncio.timeout(wait),
            ChatClient(url, patience=_PATIENCE) as client,
            aclosing(client.follow_question(correlation_id)) as events,
        ):
            async for event in events:
                told(event)
    except (TimeoutError, ChatClientError):
        return
