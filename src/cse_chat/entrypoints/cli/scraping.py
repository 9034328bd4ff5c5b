"""Asking processes for their metrics, whatever is there and however long it takes."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

_ANSWERED_WITHIN: Final = 0.9  # seconds
_MOST_BYTES: Final = 4_194_304
_LATE: Final = f"it does not answer within {_ANSWERED_WITHIN:g} s"
NOT_OURS: Final = "what answers there is no cse-chat"

Fetch = Callable[[str], Awaitable[str]]
"""Returns what a process says at its address, or raises `Unreachable`."""


class Unreachable(Exception):  # noqa: N818 -- a state of a process, and it is told as such
    """A process told nothing; the message says why."""


@contextmanager
def asking() -> Iterator[Fetch]:
    """Return what asks, each address in a thread of its own.

    The look-up of a name can be neither limited nor stopped: a thread that hangs there is left alone,
    its address is not asked again meanwhile, and it is no reason for this process to stay.
    """
    nothing_kept = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    with httpx.Client(timeout=_ANSWERED_WITHIN, trust_env=False, cookies=nothing_kept) as client:
        under_way: set[str] = set()

        async def fetch(url: str) -> str:
            if url in under_way:
                raise Unreachable(_LATE)
            loop = asyncio.get_running_loop()
            told: asyncio.Future[str | Unreachable] = loop.create_future()

            def end(found: str | Unreachable) -> None:
                under_way.discard(url)
                if not told.done():
                    told.set_result(found)

            def call() -> None:
                found = _found(client, url)
                with suppress(RuntimeError):  # the loop may be closed
                    loop.call_soon_threadsafe(end, found)

            under_way.add(url)
            threading.Thread(target=call, daemon=True).start()
            try:
                async with asyncio.timeout(_ANSWERED_WITHIN):
                    found = await told
            except TimeoutError as error:
                raise Unreachable(_LATE) from error
            if isinstance(found, Unreachable):
                raise found
            return found

        yield fetch


def _found(client: httpx.Client, url: str) -> str | Unreachable:
    try:
        return _read(client, url)
    except Unreachable as error:
        return error
    except httpx.TimeoutException:
        return Unreachable(_LATE)
    except httpx.ConnectError as error:
        is_refused = "refused" in str(error) or "attempts failed" in str(error)
        return Unreachable(
            "nothing listens there" if is_refused else f"it cannot be reached ({error})"
        )
    except Exception as error:  # noqa: BLE001 -- a stranger says what it likes; the others are told on
        return Unreachable(f"it cannot be asked ({type(error).__name__})")


def _read(client: httpx.Client, url: str) -> str:
    end = time.monotonic() + _ANSWERED_WITHIN
    body = bytearray()
    with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
        if response.status_code != httpx.codes.OK:
            raise Unreachable(f"it has no metrics (status {response.status_code})")
        for part in response.iter_bytes():
            body += part
            if len(body) > _MOST_BYTES:
                raise Unreachable(NOT_OURS)
            if time.monotonic() > end:
                raise Unreachable(_LATE)
    return body.decode(errors="replace")
