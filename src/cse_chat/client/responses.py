"""What a gateway answers, as values or as the error that it tells of."""

import re
from collections.abc import Sequence
from typing import Final, NoReturn, TypeVar

import httpx
import msgspec

from cse_chat.client.errors import Fault, ProblemError, UnintelligibleError
from cse_chat.client.gateways import shown
from cse_chat.client.outcomes import Answer, Open, Outcome, Problem, Turn, Unanswered

Value = TypeVar("Value")

_SECONDS: Final = re.compile("[0-9]{1,9}", re.ASCII)
_BUSY: Final = frozenset({429, 502, 503, 504})
_FINAL: Final = frozenset({"malformed-record"})


class Look(msgspec.Struct, frozen=True):
    """Some events, and behind which to look next; ``None``: nothing comes any more."""

    events: list[msgspec.Raw]
    next: str | None = None


class Page(msgspec.Struct, frozen=True):
    """Some of what was said, and where it goes on."""

    messages: list[Turn]
    next: str | None = None


class _ProblemDocument(msgspec.Struct, frozen=True):
    type: str
    title: str = "Problem"
    detail: str = ""
    errors: Sequence[Fault] = ()
    correlation_id: str | None = None
    request_id: str | None = None


def read_as(kind: type[Value], response: httpx.Response) -> Value:
    """Return the body of *response*.

    Raises:
        UnintelligibleError: It is nothing of that kind.
    """
    try:
        return msgspec.json.decode(response.content, type=kind)
    except (msgspec.MsgspecError, UnicodeError) as error:
        refuse_stranger(response, because=error)


def problem_in(response: httpx.Response) -> ProblemError | None:
    """Return the problem that *response* tells of, if it is one of the service's."""
    try:
        document = msgspec.json.decode(response.content, type=_ProblemDocument)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return ProblemError(
        Problem(type=document.type, title=document.title, detail=document.detail),
        status=response.status_code,
        faults=document.errors,
        correlation_id=document.correlation_id,
        retry_after=retry_after(response),
        request_id=document.request_id,
    )


def refuse(response: httpx.Response) -> NoReturn:
    """Tell why *response* is not what was asked for.

    Raises:
        ProblemError: It says so itself.
        UnintelligibleError: It does not.
    """
    problem = problem_in(response)
    if problem:
        raise problem
    refuse_stranger(response)


def refuse_stranger(response: httpx.Response, *, because: Exception | None = None) -> NoReturn:
    """Say that no service of ours speaks.

    Raises:
        UnintelligibleError: Always.
    """
    raise UnintelligibleError(
        f"what answers at {shown(response.url)} is no service that this client understands"
        f" (status {response.status_code})"
    ) from because


def is_busy(response: httpx.Response) -> bool:
    """Return whether the same may work in a moment, here or elsewhere."""
    if response.status_code not in _BUSY:
        return False
    problem = problem_in(response)
    return problem is None or problem.slug not in _FINAL


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that the gateway wants us to wait; it may name a date, which is ignored."""
    wish = response.headers.get("Retry-After", "")
    return float(wish) if _SECONDS.fullmatch(wish) else None


def outcome_in(response: httpx.Response) -> Outcome | Open:
    """Return how the question of *response* stands.

    Raises:
        ProblemError: It tells of another problem.
        UnintelligibleError: It tells nothing that we understand.
    """
    if response.status_code == httpx.codes.ACCEPTED:
        return read_as(Open, response)
    if response.status_code != httpx.codes.OK:
        refuse(response)
    if "problem" in read_as(dict[str, msgspec.Raw], response):
        return read_as(Unanswered, response)
    return read_as(Answer, response)
