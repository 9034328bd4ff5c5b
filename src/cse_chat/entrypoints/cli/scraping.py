"""Asking processes for their metrics, whatever is there and however long it takes."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

_MOST_BYTES: Final = 4_194_304
NOT_OURS: Final = "what answers there is no cse-chat"

Fetch = Callable[[str], Awaitable[str]]
"""Returns what a process says at its address, or raises `Unreachable`."""


class Unreachable(Exception):  # noqa: N818 -- a state of a process, and it is told as such
    """A process told nothing; the message says why."""


class _Caller:
    """Asks, and waits for no answer longer than *within* seconds."""

    def __init__(self, client: httpx.Client, *, within: float) -> None:
        self._client = client
        self._within = within
        self._under_way: set[str] = set()
        self._late = f"it does not answer within {within:g} s"

    async def fetch(self, url: str) -> str:
        """See `Fetch`."""
        if url in self._under_way:
            raise Unreachable(self._late)
        loop = asyncio.get_running_loop()
        told: asyncio.Future[str | Unreachable] = loop.create_future()

        def end(found: str | Unreachable) -> None:
            self._under_way.discard(url)
            if not told.done():
                told.set_result(found)

        def call() -> None:
            found = self._found(url)
            with suppress(RuntimeError):  # the loop may be closed
                loop.call_soon_threadsafe(end, found)

        self._under_way.add(url)
        threading.Thread(target=call, daemon=True).start()
        try:
            async with asyncio.timeout(self._within):
                found = await told
        except TimeoutError as error:
            raise Unreachable(self._late) from error
        if isinstance(found, Unreachable):
            raise found
        return found

    def _found(self, url: str) -> str | Unreachable:
        try:
            return self._read(url)
        except Unreachable as error:
            return error
        except httpx.TimeoutException:
            return Unreachable(self._late)
        except httpx.ConnectError as error:
            is_refused = "refused" in str(error) or "attempts failed" in str(error)
            return Unreachable(
                "nothing listens there" if is_refused else f"it cannot be reached ({error})"
            )
        except Exception as error:  # noqa: BLE001 -- strangers say what they like; others are told on
            return Unreachable(f"it cannot be asked ({type(error).__name__})")

    def _read(self, url: str) -> str:
        end = time.monotonic() + self._within
        body = bytearray()
        with self._client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
            if response.status_code != httpx.codes.OK:
                raise Unreachable(f"it has no metrics (status {response.status_code})")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise Unreachable(NOT_OURS)  # what is packed may be of any size
            for part in response.iter_raw():
                body += part
                if len(body) > _MOST_BYTES:
                    raise Unreachable(NOT_OURS)
                if time.monotonic() > end:
                    raise Unreachable(self._late)
        return body.decode(errors="replace")


@contextmanager
def asking(*, within: float) -> Iterator[Fetch]:
    """Return what asks, each address in a thread of its own, and tells within so many seconds.

    The look-up of a name can be neither limited nor stopped, and who says its headers byte by byte
    holds a thread for long: that is left alone, its address is not asked again meanwhile, and it is
    no reason for this process to stay.
    """
    nothing_kept = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    no_limit = httpx.Limits(max_connections=None)
    with httpx.Client(
        timeout=within, trust_env=False, cookies=nothing_kept, limits=no_limit
    ) as client:
        yield _Caller(client, within=within).fetch
