"""A conversation with a running service: one thread, its questions asked one after the other."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import httpx

from cse_chat.entrypoints.cli.asking import (
    RunningService,
    document_of,
    has_ended,
    is_open,
    location_of,
)
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError
from cse_chat.entrypoints.cli.interrupts import interrupted_afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question that is accepted and has no outcome that was shown.

    Attributes:
        response: What the service said to it.
        address: Where its answer will be.
    """

    question: str
    response: httpx.Response
    address: httpx.URL


Watch = Callable[[Unanswered, float], None]
"""Tells, for so many seconds at most, what happens to a question, and returns when it has ended."""


class Listener(Protocol):
    """Who is told what happens, in the order in which the questions were asked."""

    def waiting(self) -> AbstractContextManager[object]:
        """Return what shows, while it is open, that an answer is waited for."""
        ...

    def ended(self, response: httpx.Response, *, late_to: str | None) -> None:
        """Show how a question ended; *late_to* is its text if another was asked meanwhile."""
        ...

    def outlasted(self, question: Unanswered) -> None:
        """Tell that the answer to *question* took longer than one waits."""
        ...

    def failed(self, error: CommandFailedError) -> None:
        """Tell why a question was not accepted; it has no answer and will have none."""
        ...

    def hindered(self, error: CommandFailedError) -> None:
        """Tell why an answer cannot be read now; the question is still to be answered."""
        ...


class Conversation:
    """Asks in one thread, and shows no answer before those that were asked for earlier.

    A question is accepted before it is waited for, so that it is known where its answer will be
    however the waiting ends.
    """

    def __init__(
        self,
        service: RunningService,
        listener: Listener,
        *,
        thread_id: str | None,
        wait: float,
        watch: Watch | None = None,
    ) -> None:
        """Begin, or go on with *thread_id*.

        Args:
            service: Who answers.
            listener: Who is told.
            thread_id: As an earlier answer named it; ``None`` begins a thread.
            wait: Seconds to wait for an answer.
            watch: What is done while the only open question is awaited; ``None``: nothing.
        """
        self._service = service
        self._listener = listener
        self._wait = wait
        self._watch = watch
        self._unanswered: deque[Unanswered] = deque()
        self._newest: Unanswered | None = None
        self.thread_id = thread_id

    @property
    def unanswered(self) -> Sequence[Unanswered]:
        """The questions whose answers are still to come, oldest first."""
        return tuple(self._unanswered)

    def begin_anew(self) -> None:
        """Leave the thread; late answers of it are still shown."""
        self.thread_id = None

    def ask(self, question: str) -> None:
        """Ask, wait, and tell the listener of the answer or of whatever else happens.

        Raises:
            KeyboardInterrupt: The waiting was stopped; once accepted, the question is not.
        """
        self._newest = None
        with interrupted_afterwards():
            accepted = self._send(question)
        if accepted:
            self._wait_for_all()

    def cancel(self) -> bool:
        """Cancel the question that was asked last; tell the listener how it ended.

        Returns:
            Whether it has; else it was not accepted, has ended before, or could not be cancelled.
        """
        newest = self._newest
        if newest is None or newest not in self._unanswered:
            return False
        try:
            response = self._service.cancel(newest.address)
        except CommandFailedError as error:
            self._listener.hindered(error)
            return False
        if response.status_code != httpx.codes.OK:
            return False
        self._unanswered.remove(newest)
        self._listener.ended(response, late_to=None)
        return True

    def look_for_late_answers(self) -> bool:
        """Tell the listener of the answers that have come meanwhile, without waiting.

        Returns:
            Whether the service could be asked for them; why not, the listener is told.
        """
        while self._unanswered:
            first = self._unanswered[0]
            try:
                response = self._service.read(first.address)
            except CommandFailedError as error:
                self._listener.hindered(error)
                return False
            if not has_ended(response):
                break
            self._unanswered.popleft()
            self._listener.ended(response, late_to=first.question)
        return True

    def _send(self, question: str) -> bool:
        try:
            response = self._service.send(question, thread_id=self.thread_id)
        except CommandFailedError as error:
            self._listener.failed(error)
            return False
        thread_id = document_of(response).get("thread_id")
        self.thread_id = thread_id if isinstance(thread_id, str) else self.thread_id
        address = location_of(response)
        if not is_open(response) or address is None:
            self._listener.ended(response, late_to=None)
            return False
        self._newest = Unanswered(question=question, response=response, address=address)
        self._unanswered.append(self._newest)
        return True

    def _wait_for_all(self) -> None:
        end = self._service.monotonic() + self._wait
        while self._unanswered:
            first = self._unanswered[0]
            try:
                with self._listener.waiting():
                    # What would come before an answer that is late already is not worth a line.
                    if self._watch and len(self._unanswered) == 1:
                        self._watch(first, end - self._service.monotonic())
                    left = end - self._service.monotonic()
                    response = self._service.follow(first.response, wait=left)
            except CommandFailedError as error:
                self._listener.hindered(error)
                return
            if is_open(response):
                self._listener.outlasted(self._unanswered[-1])
                return
            self._unanswered.popleft()
            late_to = first.question if self._unanswered else None
            self._listener.ended(response, late_to=late_to)
