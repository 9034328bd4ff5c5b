"""How a question ended, out of what the service says."""

from typing import NoReturn

import httpx
import msgspec

from cse_chat.adapters.wire.responses import ChatResponse
from cse_chat.entrypoints.cli.asking import document_of, is_open, location_of, reading_command
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.printing import printable


class _Fault(msgspec.Struct, frozen=True):
    detail: str
    pointer: str = ""


class _Problem(msgspec.Struct, frozen=True):
    """What of a problem document is for people."""

    detail: str
    title: str = "Problem"
    errors: tuple[_Fault, ...] = ()
    request_id: str = ""

    def in_words(self) -> str:
        lines = [f"{self.title}: {self.detail}"]
        lines += [f"  {fault.pointer}: {fault.detail}" for fault in self.errors]
        lines += [f"  (request {self.request_id})"] if self.request_id else []
        return "\n".join(map(printable, lines))


def answer_in(response: httpx.Response, *, waited: float) -> ChatResponse:
    """Return the answer that *response* holds.

    Args:
        response: The last one that there was.
        waited: Seconds.

    Raises:
        CommandFailedError: There is none; the message says why.
    """
    if is_open(response):
        address = location_of(response) or response.url.copy_with(query=None)
        raise CommandFailedError(
            ExitCode.UNFINISHED,
            f"no answer within {waited:g} s; it can be read later with\n"
            f"  {reading_command(address)}",
        )
    refuse_problem(response)
    try:
        return msgspec.convert(document_of(response), ChatResponse)
    except msgspec.ValidationError as error:
        refuse_stranger(response, because=error)


def refuse_problem(response: httpx.Response) -> None:
    """Let everything pass but a problem.

    Raises:
        CommandFailedError: *response* tells of one.
    """
    document = document_of(response)
    try:
        problem = msgspec.convert(document.get("problem", document), _Problem)
    except msgspec.ValidationError:
        return  # as it should be
    raise CommandFailedError(ExitCode.REFUSED, problem.in_words())


def refuse_stranger(response: httpx.Response, *, because: Exception | None = None) -> NoReturn:
    """Say that no service of ours speaks.

    Raises:
        CommandFailedError: Always.
    """
    place = response.url.copy_with(path="/", query=None)
    raise CommandFailedError(
        ExitCode.REFUSED,
        f"what answers at {place} is no cse-chat service that this version understands"
        f" (status {response.status_code})",
    ) from because
