"""What goes wrong between a client and a service; each error says what to do about it."""

from collections.abc import Sequence

import msgspec

from cse_chat.client.outcomes import Problem, Unanswered


class ChatClientError(Exception):
    """Every error of this package."""


class UnreachableError(ChatClientError):
    """No gateway could be reached for as long as the client has patience.

    What was not sent was not asked. A question that was accepted is still answered: read it, or
    follow it from where you were.
    """


class UnintelligibleError(ChatClientError):
    """What answers is no service that this version of the client understands."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a request.

    Attributes:
        pointer: A JSON pointer to the field, or the name of a parameter.
    """

    detail: str
    pointer: str = ""


class ProblemError(ChatClientError):
    """The service says no.

    Attributes:
        status: Of HTTP.
        problem: What it says; branch on its `slug`.
        faults: What is wrong with the request, where it is that.
        correlation_id: The question, if it is about one.
        retry_after: Seconds after which the same makes sense again; ``None`` if nobody says.
        request_id: What the service's log knows this by.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        status: int,
        faults: Sequence[Fault] = (),
        correlation_id: str | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        named = [f"{fault.pointer}: {fault.detail}" for fault in faults]
        super().__init__("; ".join([f"{problem.title}: {problem.detail}", *named]))
        self.status = status
        self.problem = problem
        self.faults = tuple(faults)
        self.correlation_id = correlation_id
        self.retry_after = retry_after
        self.request_id = request_id

    @property
    def slug(self) -> str:
        """The stable name of the problem."""
        return self.problem.slug


class AcceptanceUnknownError(ChatClientError):
    """Nobody can say whether the question was accepted: asked again, it may be answered twice.

    Read the thread's history, or follow it, to see whether it was; then decide.

    Attributes:
        correlation_id: The question, if the service named it: then `read` tells.
    """

    def __init__(self, reason: str, *, correlation_id: str | None = None) -> None:
        super().__init__(f"it is unknown whether the question was accepted: {reason}")
        self.correlation_id = correlation_id


class UnansweredError(ChatClientError):
    """The question was accepted and ended without an answer.

    Attributes:
        outcome: How, and why.
    """

    def __init__(self, outcome: Unanswered) -> None:
        super().__init__(f"{outcome.status}: {outcome.problem.detail}")
        self.outcome = outcome
