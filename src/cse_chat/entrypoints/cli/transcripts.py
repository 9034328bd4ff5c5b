"""A conversation as it is shown: answers on the standard output, what goes wrong beside it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import click
import httpx
from rich.text import Text

from cse_chat.adapters.wire.responses import ChatResponse
from cse_chat.client.drafts import Draft
from cse_chat.client.events import Delta, Event, Step
from cse_chat.entrypoints.cli.answers import print_answer
from cse_chat.entrypoints.cli.asking import document_of, reading_command
from cse_chat.entrypoints.cli.consoles import console, is_terminal
from cse_chat.entrypoints.cli.conversations import Unanswered
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError
from cse_chat.entrypoints.cli.flowing import Flow
from cse_chat.entrypoints.cli.invocation import NAME
from cse_chat.entrypoints.cli.outcomes import answer_in
from cse_chat.entrypoints.cli.passing_lines import PassingLine
from cse_chat.entrypoints.cli.printing import print_json, printable

PROMPT: Final = "> "
_CTRL_C: Final = "Ctrl+C cancels it"


class Transcript:
    """Shows what it is told, at once.

    Attributes:
        failures: Why questions ended without an answer, oldest first; nothing of those that are
            still to be answered.
    """

    def __init__(self, *, wait: float, as_json: bool) -> None:
        """Store the arguments.

        Args:
            wait: Seconds that are waited for an answer, for the words about it.
            as_json: Print the service's documents, one on each line, and nothing else.
        """
        self._wait = wait
        self._as_json = as_json
        self._line = PassingLine(is_shown=False)
        self._draft = Draft()
        self._flow: Flow | None = None
        self.failures: list[CommandFailedError] = []
        self._told = ""

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """See `Listener.waiting`."""
        is_shown = not self._as_json and is_terminal(sys.stdout) and is_terminal(sys.stderr)
        self._line = PassingLine(is_shown=is_shown and not console().is_dumb_terminal)
        self._draft, self._flow = Draft(), None
        try:
            self._line.show(f"waiting; {_CTRL_C}")
            yield
        finally:
            self._end_line()

    def told(self, event: Event) -> None:
        """Show what happens to the question that is awaited: its text, and until then its steps."""
        had_text, attempt = self._flow is not None, self._draft.attempt
        self._draft.tell(event)
        if had_text and self._draft.attempt > attempt:
            self._abandon_text()
        if isinstance(event, Delta) and event.attempt == self._draft.attempt:
            self._show_text(event.text)
        elif isinstance(event, Step) and not self._flow:
            self._line.show(f"{event.label or event.name}; {_CTRL_C}")

    def next_line(self) -> None:
        """Note that another line was read: what hindered the one before is worth telling again."""
        self._told = ""

    def asked(self, question: str) -> None:
        """Show a question that did not come from the terminal."""
        self.next_line()
        if not self._as_json:
            console().print(Text(f"{PROMPT}{printable(question)}", style="bold"), soft_wrap=True)

    def ended(self, response: httpx.Response, *, late_to: str | None) -> None:
        """See `Listener.ended`."""
        if late_to is not None:
            self._flow = None
            self.remark(f"The answer to your earlier question: {late_to}")
        if self._as_json and (document := document_of(response)):
            print_json(document, indent=None)
        try:
            answer = answer_in(response, waited=self._wait)
        except CommandFailedError as error:
            self._flow = None
            self.failed(error)
            return
        if not self._as_json:
            self._show_rest_of(answer)

    def outlasted(self, question: Unanswered) -> None:
        """See `Listener.outlasted`."""
        if self._as_json:
            print_json(document_of(question.response), indent=None)
        self._tell(
            f"no answer within {self._wait:g} s. It is shown here once it is there, and can be"
            f" read with\n  {reading_command(question.address)}"
        )

    def failed(self, error: CommandFailedError) -> None:
        """See `Listener.failed`."""
        self.failures.append(error)
        self._tell_once(str(error))

    def hindered(self, error: CommandFailedError) -> None:
        """See `Listener.hindered`."""
        self._tell_once(str(error))

    def turns(self, turns: Sequence[dict[str, Any]]) -> None:
        """Show what was said before."""
        if self._as_json:
            print_json({"messages": turns}, indent=None)
            return
        print_turns(turns)

    def remark(self, text: str) -> None:
        """Say something that is no answer."""
        console(errors=self._as_json).print(Text(printable(text), style="dim"), soft_wrap=True)

    def _show_rest_of(self, answer: ChatResponse) -> None:
        shown, self._flow = self._flow, None
        is_there = shown is not None and shown.text == printable(answer.response)
        if shown and not is_there:
            self.remark("Not all of it was told. The whole answer:")
        print_answer(answer, with_text=not is_there)
        click.echo()

    def _show_text(self, piece: str) -> None:
        self._line.erase()
        if self._flow is None:
            output = console()
            self._flow = Flow(_write, width=output.width if output.is_terminal else None)
        self._flow.add(printable(piece))

    def _end_line(self) -> None:
        self._line.erase()
        if self._flow:
            self._flow.end()

    def _abandon_text(self) -> None:
        self._end_line()
        self._flow = None
        self.remark("That attempt broke off, and what it said does not count; another one begins.")

    def _tell_once(self, text: str) -> None:
        # Who is away hinders the reading of one answer, and of the next, and the next question.
        if text != self._told:
            self._tell(text)
        self._told = text

    def _tell(self, text: str) -> None:
        # What was printed before stands before it, also where both go into one file.
        if sys.stdout:
            sys.stdout.flush()
        click.echo(f"{NAME}: {text}", err=True)


def _write(text: str) -> None:
    click.echo(text, nl=False)


def print_turns(turns: Sequence[dict[str, Any]]) -> None:
    """Print what was said, question by question."""
    output = console()
    for turn in turns:
        text = printable(str(turn.get("content", "")))
        if turn.get("role") == "user":
            output.print(Text(f"{PROMPT}{text}", style="bold"), soft_wrap=True)
        else:
            output.print(Text(f"{text or _without_answer(turn)}\n"), soft_wrap=True)


def _without_answer(turn: dict[str, Any]) -> str:
    problem = turn.get("problem")
    detail = problem.get("detail") if isinstance(problem, dict) else None
    status = printable(str(turn.get("status", "no answer")))
    return f"({status}: {printable(str(detail))})" if detail else f"({status})"
