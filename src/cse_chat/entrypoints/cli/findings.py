"""What a look at the product found, one line each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rich.text import Text

from cse_chat.entrypoints.cli.consoles import console
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.printing import print_json, printable


class State(StrEnum):
    """How what was looked at is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


_STYLES: Final = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red"}

_WIDTH: Final = max(map(len, State))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one thing is.

    Attributes:
        subject: What was looked at, in a word or two.
        says: What is the case.
        remedy: What to do about it; empty where nothing has to be done.
    """

    subject: str
    state: State
    says: str
    remedy: str = ""


def report(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print *findings*.

    Raises:
        CommandFailedError: One of them is a failure.
    """
    failures = sum(finding.state is State.FAIL for finding in findings)
    if as_json:
        print_json({"ok": not failures, "findings": [_document(found) for found in findings]})
    else:
        for line in _lines(findings):
            # Not wrapped by us: a command in it shall work when it is pasted.
            console().print(line, soft_wrap=True)
    if failures:
        raise CommandFailedError(ExitCode.UNUSABLE, _in_words(failures))


def _in_words(failures: int) -> str:
    many = "1 check fails" if failures == 1 else f"{failures} checks fail"
    return f"{many}; what to do is said with each"


def _document(finding: Finding) -> dict[str, str]:
    return {
        "subject": finding.subject,
        "state": finding.state,
        "says": finding.says,
        "remedy": finding.remedy,
    }


def _lines(findings: Sequence[Finding]) -> Iterator[Text]:
    width = max((len(finding.subject) for finding in findings), default=0)
    for finding in findings:
        told = f"  {finding.subject:<{width}}  {printable(finding.says)}"
        yield Text.assemble((f"{finding.state:<{_WIDTH}}", _STYLES[finding.state]), told)
        if finding.remedy:
            yield Text(f"{'':{_WIDTH + width + 4}}-> {printable(finding.remedy)}")
