"""Asking a running service over HTTP, until there is an answer or patience ends."""

import re
import shlex
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Self
from urllib.parse import quote

import httpx

from cse_chat.entrypoints.addresses import is_loopback
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode, fail
from cse_chat.entrypoints.cli.invocation import program

_CONNECT_SECONDS: Final = 5.0
_BESIDE_WAIT_SECONDS: Final = 10.0  # what sending and the service's own work may take
_POLL_SECONDS: Final = 1.0
_SECONDS_IN_HEADER: Final = re.compile("[0-9]{1,9}")
_PAGE: Final = 1_000
_THREADS_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningService:
    """The service at *url*.

    Attributes:
        transport: What carries requests; ``None`` is the network.
        monotonic: A clock in seconds.
        pause: Sleeps for seconds.
    """

    url: httpx.URL
    transport: httpx.BaseTransport | None = None
    monotonic: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    @classmethod
    def at(cls, url: str, transport: httpx.BaseTransport | None = None) -> Self:
        """Return the service at *url*.

        Raises:
            CommandFailedError: It is no address of a service.
        """
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            fail(ExitCode.UNUSABLE, _NO_ADDRESS, because=error)
        if parsed.scheme not in {"http", "https"} or not parsed.host:
            raise CommandFailedError(ExitCode.UNUSABLE, _NO_ADDRESS)
        return cls(url=parsed, transport=transport)

    def ask(self, question: str, *, thread_id: str | None, wait: float) -> httpx.Response:
        """Return the last response: an answer, a problem, or that there is no answer yet.

        Raises:
            CommandFailedError: The service cannot be reached.
        """
        end = self.monotonic() + wait
        response = self.send(question, thread_id=thread_id, wait=wait)
        return self.follow(response, wait=end - self.monotonic())

    def send(self, question: str, *, thread_id: str | None, wait: float = 0) -> httpx.Response:
        """Return what the service says to *question* after at most *wait* seconds.

        Raises:
            CommandFailedError: The service cannot be reached.
        """
        body = {"message": question} | ({"thread_id": thread_id} if thread_id else {})
        preferred = f"respond-async, wait={int(wait)}" if wait else "respond-async"
        with self._client() as client:
            return client.post(
                "/api/chat", json=body, headers={"Prefer": preferred}, timeout=_timeout(wait)
            )

    def follow(self, response: httpx.Response, *, wait: float) -> httpx.Response:
        """Return what became of the question of *response* within *wait* seconds.

        That the service cannot say it now is no end of the question: it is asked again, and what
        is returned is the last response that tells of the question.

        Raises:
            CommandFailedError: The service cannot be reached.
        """
        address = location_of(response)
        if not is_open(response) or not address or wait <= 0:
            return response
        end = self.monotonic() + wait
        with self._client(address) as client:
            while is_open(response) and (left := end - self.monotonic()) > 0:
                asked = self.monotonic()
                read = client.get(address, params={"wait": f"{left:.3f}"}, timeout=_timeout(left))
                if not _is_hindered(read):
                    response = read
                if not has_ended(read):
                    # It may hold a connection for less than we would wait, or not at all.
                    soon = _pause_before_next(read) - (self.monotonic() - asked)
                    self.pause(max(0.0, min(soon, end - self.monotonic())))
        return response

    def read(self, address: httpx.URL) -> httpx.Response:
        """Return how the question at *address* stands now.

        Raises:
            CommandFailedError: The service cannot be reached.
        """
        with self._client(address) as client:
            return client.get(address, timeout=_timeout(0))

    def cancel(self, address: httpx.URL) -> httpx.Response:
        """Return how the question at *address* ended, by being cancelled or before, or a problem.

        Raises:
            CommandFailedError: The service cannot be reached.
        """
        with self._client(address) as client:
            path = f"{address.path.rstrip('/')}/cancel"
            return client.post(address.copy_with(path=path, query=None), timeout=_timeout(0))

    def last_turns(self, thread_id: str, *, most: int) -> httpx.Response | list[dict[str, Any]]:
        """Return the newest turns of a conversation, oldest first, or the problem with it.

        Raises:
            CommandFailedError: The service cannot be reached.
        """
        turns: deque[dict[str, Any]] = deque(maxlen=most)
        path = f"/api/threads/{quote(thread_id, safe='')}/messages"
        for page in self._pages(path, "messages", limit=_PAGE):
            if isinstance(page, httpx.Response):
                return page
            turns.extend(page)
        return list(turns)

    def threads(self, *, most: int) -> httpx.Response | list[dict[str, Any]]:
        """Return own conversations, last used first, or the problem with that.

        Raises:
            CommandFailedError: The service cannot be reached.
        """
        found: list[dict[str, Any]] = []
        for page in self._pages("/api/threads", "threads", limit=min(most, _THREADS_PAGE)):
            if isinstance(page, httpx.Response):
                return page
            found += page
            if len(found) >= most:
                break
        return found[:most]

    def _pages(
        self, path: str, member: str, *, limit: int
    ) -> Iterator[httpx.Response | list[dict[str, Any]]]:
        """Yield what *member* of each page holds; at last a response that has no such member."""
        after: str | None = ""
        with self._client() as client:
            while after is not None:
                asked = {"limit": str(limit)} | ({"after": after} if after else {})
                response = client.get(path, params=asked, timeout=_timeout(0))
                page = document_of(response)
                held, following = page.get(member), page.get("next")
                if not isinstance(held, list):
                    yield response
                    return
                yield [each for each in held if isinstance(each, dict)]
                after = following if isinstance(following, str) and held else None

    @contextmanager
    def _client(self, awaited: httpx.URL | None = None) -> Iterator[httpx.Client]:
        # A proxy of the environment cannot reach a service on this machine.
        through_proxy = not is_loopback(self.url.host)
        try:
            with httpx.Client(
                base_url=self.url,
                transport=self.transport,
                trust_env=through_proxy,
                # Certificates take 70 ms to load, and are for https alone.
                verify=self.url.scheme == "https",
            ) as client:
                yield client
        except httpx.RequestError as error:
            self._tell(error, awaited)

    def _tell(self, error: httpx.RequestError, awaited: httpx.URL | None) -> NoReturn:
        is_away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        if awaited:
            what, when = "the connection to {} broke", ""
            if is_away:
                what, when = "nothing listens at {} any more", ", once something does,"
            message = (
                f"{what.format(self.url)}; the question was accepted, and its answer can be"
                f" read{when} with\n  {reading_command(awaited)}"
            )
        elif is_away:
            message = f"nothing listens at {self.url}: start it with `{program()} run`"
        else:
            message = f"the connection to {self.url} broke before the answer came; ask again"
        fail(ExitCode.UNREACHABLE, message, because=error)


def is_open(response: httpx.Response) -> bool:
    """Return whether the question is accepted and has no outcome yet."""
    if response.status_code == httpx.codes.GATEWAY_TIMEOUT:
        return document_of(response).get("type") == "/problems/reply-timeout"
    return response.status_code == httpx.codes.ACCEPTED


def has_ended(response: httpx.Response) -> bool:
    """Return whether *response*, read where the answer will be, is the outcome of the question.

    A service that cannot read it now says nothing about the question.
    """
    return not is_open(response) and not _is_hindered(response)


def location_of(response: httpx.Response) -> httpx.URL | None:
    """Return where the answer will be, if the service says so and the place is its own."""
    location = response.headers.get("Location")
    if location is None:
        return None
    try:
        address = response.url.join(location)
    except httpx.InvalidURL:
        return None
    same_place = (address.scheme, address.netloc) == (response.url.scheme, response.url.netloc)
    return address if same_place else None


def reading_command(address: httpx.URL) -> str:
    """Return what a person types to read the answer at *address*."""
    return f"curl -s {shlex.quote(f'{address}?wait=30')}"


def document_of(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of *response*; empty if it is none."""
    try:
        document = response.json(parse_constant=_refuse_constant)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _is_hindered(response: httpx.Response) -> bool:
    return response.status_code in {
        httpx.codes.SERVICE_UNAVAILABLE,
        httpx.codes.TOO_MANY_REQUESTS,
    }


def _pause_before_next(response: httpx.Response) -> float:
    """Return the seconds from one request to the next, as a service with troubles wishes."""
    wish = response.headers.get("Retry-After", "") if _is_hindered(response) else ""
    # It may be a date as well, which is not worth a clock that agrees with the service's.
    return max(_POLL_SECONDS, float(wish)) if _SECONDS_IN_HEADER.fullmatch(wish) else _POLL_SECONDS


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _timeout(wait: float) -> httpx.Timeout:
    return httpx.Timeout(wait + _BESIDE_WAIT_SECONDS, connect=_CONNECT_SECONDS)


_NO_ADDRESS: Final = "--url must be an address such as http://127.0.0.1:8000"
