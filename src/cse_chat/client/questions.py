"""Asking: once, or not at all, or with an error that says that nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from cse_chat.client.errors import AcceptanceUnknownError, ProblemError
from cse_chat.client.gateways import Gateways
from cse_chat.client.outcomes import Answer, Open
from cse_chat.client.responses import problem_in, read_as, refuse
from cse_chat.client.retries import Patience, Retries

_NOTHING_KEPT: Final = frozenset({"not-accepted", "overloaded"})
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_ENDED: Final = frozenset({502, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes:
        thread_id: ``None`` begins a thread.
        if_busy: What to do while earlier questions of the thread are open; ``None``: as the
            service does without a word, which is to answer them first.
    """

    message: str
    thread_id: str | None = None
    metadata: Mapping[str, str] | None = None
    if_busy: str | None = None

    def body(self) -> dict[str, Any]:
        """Return it as JSON has it; what is not said is left out."""
        said = {
            "message": self.message,
            "thread_id": self.thread_id,
            "metadata": self.metadata,
            "if_busy": self.if_busy,
        }
        return {name: value for name, value in said.items() if value is not None}

    def headers(self) -> dict[str, str]:
        """Return how it is to be answered: at once, before it is worked on.

        An idempotency key belongs here once services take one, and makes it safe to ask again
        what may have been heard (`Asking` then treats every broken connection like one that was
        never made).
        """
        return {"Prefer": "respond-async"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Sends questions to whichever gateway takes them."""

    gateways: Gateways
    patience: Patience

    async def __call__(self, question: Question) -> Open:
        """Return where *question* is answered, once it is durable.

        It is sent again only where it certainly was not kept.

        Raises:
            AcceptanceUnknownError: It may have been accepted, and may not.
            ProblemError: It was refused, and nothing of it kept.
            UnreachableError: No gateway takes a connection; nothing was asked.
            UnintelligibleError: It is no service that we understand.
        """
        retries = Retries(self.gateways, self.patience)
        refusals: dict[str, ProblemError] = {}
        while True:
            gateway = retries.gateway
            try:
                response = await gateway.asking.post(
                    "/api/chat", json=question.body(), headers=question.headers()
                )
            except _NOT_SENT as error:
                await retries.again(gateway, because=error)
                continue
            except httpx.TransportError as error:
                reason = str(error) or type(error).__name__
                raise AcceptanceUnknownError(f"the connection broke ({reason})") from error
            problem = problem_in(response)
            if problem is None or problem.slug not in _NOTHING_KEPT:
                return _accepted(response, problem)
            refusals[str(gateway.url)] = problem
            if len(refusals) == len(self.gateways):
                raise problem
            await retries.again(gateway, because=problem)


def _accepted(response: httpx.Response, problem: ProblemError | None) -> Open:
    if response.status_code == httpx.codes.ACCEPTED:
        return read_as(Open, response)
    if response.status_code == httpx.codes.OK:  # there already; it is read or followed all the same
        answer = read_as(Answer, response)
        return Open(
            correlation_id=answer.correlation_id, thread_id=answer.thread_id, status="answered"
        )
    if response.status_code < httpx.codes.INTERNAL_SERVER_ERROR or _has_ended(problem):
        refuse(response)
    raise AcceptanceUnknownError(
        str(problem or f"status {response.status_code}"),
        correlation_id=problem.correlation_id if problem else None,
    )


def _has_ended(problem: ProblemError | None) -> bool:
    """Return whether *problem* is how the question ended: it was accepted, and is over."""
    return problem is not None and problem.correlation_id is not None and problem.status in _ENDED
