"""Whether a server is fit for its work, in words for an operator."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from redis.exceptions import (
    AuthenticationError,
    InvalidResponse,
    NoPermissionError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from cse_chat.adapters.redis.connection import RedisConnection, info
from cse_chat.adapters.redis.errors import kind_of
from cse_chat.domain.errors import TransportError

OLDEST = (7, 0)
"""The oldest version that was tried."""

_CLOCKS_AGREE = timedelta(seconds=1)

# Of `maxmemory`. What a server counts against it is a little less than all that it uses.
_FULL, _NEARLY_FULL = 0.97, 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a server that is not as it should be.

    Attributes:
        slug: Stable name, such as ``wrong-eviction-policy``.
        detail: What it is and what to change; holds no password.
        is_fatal: Whether promises are broken with it; else it only weakens one.
    """

    slug: str
    detail: str
    is_fatal: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReport:
    """What a server says of itself.

    Attributes:
        clock_ahead: How far its clock is ahead of ours; negative when it is behind.
        findings: What is wrong with it; empty when it is fit.
    """

    version: str
    run_id: str
    eviction_policy: str
    is_append_only: bool
    clock_ahead: timedelta
    findings: tuple[Finding, ...]


async def inspect(connection: RedisConnection, *, now: Callable[[], datetime]) -> ServerReport:
    """Ask the server about version, eviction, persistence, role and clock.

    Args:
        connection: Opened.
        now: This machine's own clock, not one that follows the server's.

    Raises:
        TransportError: It cannot be asked; `explained` says what to do.
    """
    asked_at = now()
    replies = await asyncio.gather(
        *(connection.command("INFO", part) for part in ("server", "memory", "persistence")),
        connection.command("INFO", "replication"),
        connection.command("TIME"),
    )
    answered_at = now()
    fields = {name: value for reply in replies[:4] for name, value in info(reply).items()}
    seconds, microseconds = (int(part) for part in replies[4])
    server_time = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    ahead = server_time - (asked_at + (answered_at - asked_at) / 2)
    return ServerReport(
        version=fields["redis_version"],
        run_id=fields["run_id"],
        eviction_policy=fields["maxmemory_policy"],
        is_append_only=fields["aof_enabled"] == "1",
        clock_ahead=ahead,
        findings=tuple(_findings(fields, ahead)),
    )


def explained(error: TransportError) -> Finding:
    """Return why a server cannot be asked, and what to change."""
    cause = error.__cause__ or error
    kind = kind_of(cause)
    if isinstance(cause, AuthenticationError | NoPermissionError):
        return Finding(
            slug="access-denied",
            detail="Redis refuses this user or password, or gives the user too few rights: "
            "correct the URL or the user.",
        )
    if isinstance(cause, ResponseError):
        return Finding(
            slug="refused",
            detail=f"Redis refuses with {kind}: check the database number and the user's rights.",
        )
    slug = next((slug for slug, kinds in _NO_WAY_THERE.items() if _is_due_to(cause, kinds)), "")
    return Finding(slug=slug or "unreachable", detail=_DETAILS[slug].format(kind=kind))


_NO_WAY_THERE: Final[Mapping[str, tuple[type[BaseException], ...]]] = {
    "unknown-host": (socket.gaierror,),
    "connection-refused": (ConnectionRefusedError,),
    "no-tls": (ssl.SSLError,),
    "no-answer": (TimeoutError, RedisTimeoutError),
    "not-redis": (InvalidResponse,),
    "connection-closed": (ConnectionResetError, asyncio.IncompleteReadError, RedisConnectionError),
}
_DETAILS: Final[Mapping[str, str]] = {
    "unknown-host": "No such host is known: correct its name in the URL.",
    "connection-refused": "Nothing listens there: start Redis, or correct host and port in the"
    " URL.",
    "no-tls": "TLS fails: begin the URL with redis:// if the server has none, or have this machine"
    " trust its certificate.",
    "no-answer": "Redis took the connection or a command and does not answer: is it stopped, "
    "overloaded, or is another service on that port?",
    "not-redis": "What answers there is not Redis: correct host and port in the URL.",
    "connection-closed": "What listens there closes the connection: correct host and port in the"
    " URL, or begin it with rediss:// if the server wants TLS.",
    "": "Nothing answers as Redis there ({kind}): check host and port in the URL, and whether the "
    "server runs.",
}


def _is_due_to(error: BaseException, kinds: tuple[type[BaseException], ...]) -> bool:
    """Say whether *error*, or what it was raised because of, is one of *kinds*.

    The client raises errors of its own for those of the network, some without naming the cause.
    """
    while not isinstance(error, kinds):
        cause = error.__cause__ or error.__context__
        if cause is None:
            return False
        error = cause
    return True


def _findings(fields: dict[str, str], ahead: timedelta) -> list[Finding]:
    found = []
    version, policy = fields["redis_version"], fields["maxmemory_policy"]
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        needed = ".".join(map(str, OLDEST))
        found.append(Finding(slug="old-server", detail=f"Redis {version} is older than {needed}."))
    if policy != "noeviction":
        detail = (
            f"maxmemory-policy is {policy}: answers and history would be evicted; "
            "set it to noeviction."
        )
        found.append(Finding(slug="wrong-eviction-policy", detail=detail))
    found += _of_memory(int(fields["used_memory"]), int(fields["maxmemory"]))
    if fields["role"] != "master":
        detail = "It is a replica, which takes no writes: name the primary in the URL."
        found.append(Finding(slug="is-replica", detail=detail))
    if fields["aof_enabled"] != "1":
        detail = "appendonly is off: a restart loses what is not in a snapshot; set it to yes."
        found.append(Finding(slug="no-append-only-file", detail=detail, is_fatal=False))
    if abs(ahead) > _CLOCKS_AGREE:
        detail = (
            f"Its clock and this machine's are {abs(ahead).total_seconds():.1f} s apart: "
            "deadlines follow the server's; synchronise them."
        )
        found.append(Finding(slug="clocks-differ", detail=detail, is_fatal=False))
    return found


def _of_memory(used: int, most: int) -> Iterator[Finding]:
    if not most or used < _NEARLY_FULL * most:
        return
    is_full = used >= _FULL * most
    yield Finding(
        slug="memory-full" if is_full else "memory-nearly-full",
        detail=f"It uses {used / 1_048_576:.0f} of {most / 1_048_576:.0f} MiB"
        f"{' and takes no answer any more' if is_full else ''}: raise maxmemory, or shorten"
        " CSE_CHAT__REDIS__ANSWER_TTL_SECONDS and __HISTORY_TTL_SECONDS.",
        is_fatal=is_full,
    )
