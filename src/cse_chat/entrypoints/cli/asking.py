"""Asking a running service over HTTP, until there is an answer or patience ends."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

import httpx

from cse_chat.entrypoints.addresses import is_loopback
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode, fail

_CONNECT_SECONDS: Final = 5.0
_BESIDE_WAIT_SECONDS: Final = 10.0  # what sending and the service's own work may take
_POLL_SECONDS: Final = 1.0


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
        body = {"message": question} | ({"thread_id": thread_id} if thread_id else {})
        # A proxy of the environment cannot reach a service on this machine.
        through_proxy = not is_loopback(self.url.host)
        end = self.monotonic() + wait
        try:
            with httpx.Client(
                base_url=self.url, transport=self.transport, trust_env=through_proxy
            ) as client:
                response = client.post(
                    "/api/chat",
                    json=body,
                    headers={"Prefer": f"respond-async, wait={int(wait)}"},
                    timeout=_timeout(wait),
                )
                return self._followed(client, response, end)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            message = f"nothing listens at {self.url}: start it with `make run` or `cse-chat run`"
            fail(ExitCode.UNREACHABLE, message, because=error)
        except httpx.TransportError as error:
            message = f"the connection to {self.url} broke before the answer came; ask again"
            fail(ExitCode.UNREACHABLE, message, because=error)

    def _followed(
        self, client: httpx.Client, response: httpx.Response, end: float
    ) -> httpx.Response:
        address = location_of(response)
        while is_open(response) and address and (left := end - self.monotonic()) > 0:
            asked = self.monotonic()
            response = client.get(address, params={"wait": f"{left:.3f}"}, timeout=_timeout(left))
            if is_open(response):
                # It may hold a connection for less than we would wait, or not at all.
                soon = _POLL_SECONDS - (self.monotonic() - asked)
                self.pause(max(0.0, min(soon, end - self.monotonic())))
        return response


def is_open(response: httpx.Response) -> bool:
    """Return whether the question is accepted and has no outcome yet."""
    if response.status_code == httpx.codes.GATEWAY_TIMEOUT:
        return document_of(response).get("type") == "/problems/reply-timeout"
    return response.status_code == httpx.codes.ACCEPTED


def location_of(response: httpx.Response) -> httpx.URL | None:
    """Return where the answer will be, if the service says so and the place is its own."""
    location = response.headers.get("Location")
    if location is None:
        return None
    address = response.url.join(location)
    same_place = (address.scheme, address.netloc) == (response.url.scheme, response.url.netloc)
    return address if same_place else None


def document_of(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of *response*; empty if it is none."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _timeout(wait: float) -> httpx.Timeout:
    return httpx.Timeout(wait + _BESIDE_WAIT_SECONDS, connect=_CONNECT_SECONDS)


_NO_ADDRESS: Final = "--url must be an address such as http://127.0.0.1:8000"
