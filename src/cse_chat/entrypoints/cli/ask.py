"""``cse-chat ask``: a question to a running service, its answer on the terminal."""

import json
import re
import shlex
from typing import Any, Final

import click
import httpx
import msgspec

from cse_chat.adapters.wire.responses import ChatResponse
from cse_chat.entrypoints.addresses import url_of
from cse_chat.entrypoints.cli.answers import print_answer, printable
from cse_chat.entrypoints.cli.asking import RunningService, document_of, is_open, location_of
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode, fail

# Inside the strings of JSON; what json.dumps leaves as it is and a terminal or pipe may not take.
_RAW: Final = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


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


def ask(
    question: str,
    *,
    url: str | None,
    thread_id: str | None,
    wait: float,
    as_json: bool,
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Ask, wait, and print how it ended.

    Args:
        question: As the person wrote it.
        url: Where the service is; ``None``: where the settings put it.
        thread_id: The conversation to go on with; ``None`` begins one.
        wait: Seconds.
        as_json: Print the service's document instead.
        transport: What carries requests; ``None`` is the network.

    Raises:
        CommandFailedError: There is no answer; the message says why.
    """
    _require_text(question, thread_id)
    service = RunningService.at(url or _address_in_settings(), transport)
    response = service.ask(question, thread_id=thread_id, wait=wait)
    if as_json and (document := document_of(response)):
        click.echo(_as_json(document))
    _require_outcome(response, wait)
    answer = _answer_of(response)
    if not as_json:
        print_answer(answer, options=f"--url {service.url} " if url else "")


def _require_text(*given: str | None) -> None:
    for text in given:
        try:
            (text or "").encode()
        except UnicodeEncodeError as error:
            fail(ExitCode.UNUSABLE, "the question is not UTF-8 text", because=error)


def _address_in_settings() -> str:
    # Settings take a third of a second to import; with --url they are not needed.
    from cse_chat.entrypoints.cli.configuration import read_settings  # noqa: PLC0415

    http = read_settings().http
    return url_of(http.host, http.port)


def _as_json(document: dict[str, Any]) -> str:
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _RAW.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _require_outcome(response: httpx.Response, wait: float) -> None:
    if not is_open(response):
        return
    address = location_of(response) or response.url.copy_with(query=None)
    command = f"curl -s {shlex.quote(f'{address}?wait=30')}"
    raise CommandFailedError(
        ExitCode.UNFINISHED,
        f"no answer within {wait:g} s; it can be read later with\n  {command}",
    )


def _answer_of(response: httpx.Response) -> ChatResponse:
    document = document_of(response)
    try:
        problem = msgspec.convert(document.get("problem", document), _Problem)
    except msgspec.ValidationError:
        problem = None  # as it should be
    if problem:
        raise CommandFailedError(ExitCode.REFUSED, problem.in_words())
    try:
        return msgspec.convert(document, ChatResponse)
    except msgspec.ValidationError as error:
        place = response.url.copy_with(path="/", query=None)
        fail(
            ExitCode.REFUSED,
            f"what answers at {place} is no cse-chat service that this version understands"
            f" (status {response.status_code})",
            because=error,
        )
