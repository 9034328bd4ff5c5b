"""``cse-chat chat``: a conversation with a running service, line by line."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import click
import httpx

from cse_chat.entrypoints.cli.ask import address_in_settings, command, text_of
from cse_chat.entrypoints.cli.asking import RunningService, reading_command
from cse_chat.entrypoints.cli.consoles import is_terminal
from cse_chat.entrypoints.cli.conversations import Conversation, Unanswered
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.cli.live import watching
from cse_chat.entrypoints.cli.outcomes import refuse_problem, refuse_stranger
from cse_chat.entrypoints.cli.prompts import Prompt
from cse_chat.entrypoints.cli.transcripts import PROMPT, Transcript

_HISTORY_FILE: Final = "chat_history"
_TURNS_AT_START: Final = 6
_TURNS_AT_ONCE: Final = 100

_HELP: Final = """\
Type a question and press Enter. A follow-up may say "it" or "what about ...".
  /new      begin another conversation
  /thread   show how to go on with this one later
  /history  show what was said in it
  /quit     end; Ctrl+D does the same
While an answer is awaited, Ctrl+C cancels the question. One whose answer takes
longer than you wait is not cancelled: its answer is shown with the next line
that you enter, be it an empty one. At the prompt Ctrl+C clears the line. Pressed
once more, it ends."""


def chat(
    *,
    url: str | None,
    thread_id: str | None,
    wait: float,
    as_json: bool,
    keep_history: bool,
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Converse until the input ends.

    Args:
        url: Where the service is; ``None``: where the settings put it.
        thread_id: The conversation to go on with; ``None`` begins one.
        wait: Seconds to wait for an answer.
        as_json: Print the service's documents, one on each line.
        keep_history: Keep what is typed for the next time.
        transport: What carries requests; ``None`` is the network.

    Raises:
        CommandFailedError: Questions that were not typed at a terminal have no answer.
    """
    thread_id = text_of("--thread", thread_id) if thread_id else None
    service = RunningService.at(url or address_in_settings(), transport)
    transcript = Transcript(wait=wait, as_json=as_json)
    watch = None if as_json else watching(str(service.url), transcript.told)
    conversation = Conversation(service, transcript, thread_id=thread_id, wait=wait, watch=watch)
    if not is_terminal(sys.stdin):
        _ask_all(conversation, transcript, sys.stdin.buffer if sys.stdin else None)
        return
    with Prompt(PROMPT, history=_history_file() if keep_history else None) as prompt:
        _Dialogue(service, conversation, transcript, prompt, url=url).run()


def _history_file() -> Path:
    from cse_chat.entrypoints.cli.configuration import read_settings  # noqa: PLC0415 -- slow

    return read_settings().data_dir / _HISTORY_FILE


def _ask_all(conversation: Conversation, transcript: Transcript, lines: BinaryIO | None) -> None:
    for question in _questions_in(lines or [], transcript):
        transcript.asked(question)
        try:
            conversation.ask(question)
        except KeyboardInterrupt:
            conversation.cancel()
            raise
    is_there = conversation.look_for_late_answers()
    # What failed for good weighs more than what may still be answered.
    codes = [failure.code for failure in transcript.failures]
    codes += [ExitCode.UNFINISHED if is_there else ExitCode.UNREACHABLE]
    if transcript.failures or conversation.unanswered:
        raise CommandFailedError(
            codes[0], "\n".join(_what_is_missing(len(transcript.failures), conversation.unanswered))
        )


def _what_is_missing(failed: int, unanswered: Sequence[Unanswered]) -> Iterator[str]:
    if failed:
        many = "1 question has" if failed == 1 else f"{failed} questions have"
        yield f"{many} no answer; why is said above"
    if unanswered:
        yield "not every answer is there; they can be read later with"
        yield from (f"  {reading_command(question.address)}" for question in unanswered)


def _questions_in(lines: Iterable[bytes], transcript: Transcript) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            question = line.decode().strip()
        except UnicodeDecodeError:
            message = f"line {number} is not UTF-8 text"
            transcript.failed(CommandFailedError(ExitCode.UNUSABLE, message))
        else:
            if question:
                yield question


class _Dialogue:
    """A person at a terminal."""

    def __init__(
        self,
        service: RunningService,
        conversation: Conversation,
        transcript: Transcript,
        prompt: Prompt,
        *,
        url: str | None,
    ) -> None:
        self._service = service
        self._conversation = conversation
        self._transcript = transcript
        self._prompt = prompt
        self._url = url
        self._is_interrupted = False
        self._commands: dict[str, Callable[[], None]] = {
            "/new": self._begin_anew,
            "/thread": self._name_thread,
            "/history": lambda: self._show_turns(_TURNS_AT_ONCE),
            "/help": lambda: self._transcript.remark(_HELP),
        }

    def run(self) -> None:
        """Read and obey until the person ends it."""
        self._transcript.remark(f"Asking {self._service.url}; /help explains, Ctrl+D ends.")
        if self._conversation.thread_id:
            self._show_turns(_TURNS_AT_START)
        for line in self._lines():
            if line == "/quit":
                return
            try:
                self._obey(line)
            except KeyboardInterrupt:
                if self._is_interrupted:
                    raise
                self._tell_of_stopped_waiting()

    def _lines(self) -> Iterator[str]:
        while True:
            try:
                line = self._prompt.read()
            except EOFError:
                click.echo(err=True)
                return
            except KeyboardInterrupt:
                click.echo(err=True)
                if self._is_interrupted:
                    raise
                self._transcript.remark("Ctrl+C again ends, Ctrl+D as well.")
                self._is_interrupted = True
            except UnicodeDecodeError:
                self._transcript.remark("That line is not UTF-8 text; type it again.")
            else:
                self._is_interrupted = False
                yield line.strip()

    def _obey(self, line: str) -> None:
        self._transcript.next_line()
        self._conversation.look_for_late_answers()
        if line.startswith("/"):
            self._commands.get(line, self._refuse_command)()
        elif line:
            self._ask(line)

    def _ask(self, question: str) -> None:
        try:
            self._conversation.ask(question)
        except KeyboardInterrupt:
            self._is_interrupted = True  # once more, and it ends
            if not self._conversation.cancel():
                self._tell_of_stopped_waiting()

    def _refuse_command(self) -> None:
        known = ", ".join([*self._commands, "/quit"])
        self._transcript.remark(f"There is no such command; there are {known}.")

    def _begin_anew(self) -> None:
        self._conversation.begin_anew()
        self._transcript.remark("A new conversation begins with your next question.")

    def _name_thread(self) -> None:
        thread_id = self._conversation.thread_id
        if thread_id is None:
            self._transcript.remark("The conversation begins with your first question.")
        else:
            self._transcript.remark(f"Go on with: {command('chat', self._url, thread_id)}")

    def _show_turns(self, most: int) -> None:
        thread_id = self._conversation.thread_id
        if thread_id is None:
            self._transcript.remark("Nothing was said yet.")
            return
        try:
            turns = self._service.last_turns(thread_id, most=most)
            if isinstance(turns, list):
                self._transcript.turns(turns)
            elif turns.status_code == httpx.codes.NOT_FOUND:
                self._transcript.remark(f"Nothing is known of {thread_id}: it begins anew.")
            else:
                refuse_problem(turns)
                refuse_stranger(turns)
        except CommandFailedError as error:
            self._transcript.failed(error)

    def _tell_of_stopped_waiting(self) -> None:
        if not self._conversation.unanswered:
            self._transcript.remark("Stopped; /history tells what was accepted and answered.")
            return
        newest = self._conversation.unanswered[-1]
        self._transcript.remark(
            "Not waiting any more, and not cancelled. The answer still comes: it is shown when you"
            f" press Enter, and can be read with\n  {reading_command(newest.address)}"
        )
