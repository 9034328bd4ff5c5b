"""Why Kafka cannot be used, in words for an operator."""

import asyncio
import socket
import struct
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiokafka.errors import IncompatibleBrokerVersion, UnrecognizedBrokerVersion

from cse_chat.adapters.kafka.errors import MissingTopicError
from cse_chat.adapters.kafka.topics import require
from cse_chat.domain.errors import TransportError

_ANSWERED_BY: Final = 3.0  # seconds
# "Which requests do you know?", version 0, of nobody: what every Kafka since 0.10 answers.
_CORRELATION: Final = 7
_BODY: Final = struct.pack(">hhih", 18, 0, _CORRELATION, -1)
_QUESTION: Final = struct.pack(">i", len(_BODY)) + _BODY
_HEAD: Final = struct.Struct(">ii")
_SPEAKS_KAFKA: Final = "unusable"
# From where one gets furthest.
_DETAILS: Final = {
    _SPEAKS_KAFKA: "Kafka answers there, and cannot be used ({error}): can this machine reach the"
    " addresses in its advertised.listeners?",
    "no-answer": "Something takes connections there and answers nothing: is Kafka stopped or"
    " overloaded, does it want TLS, or is another service on that port?",
    "not-kafka": "What answers there is not Kafka, or wants TLS: correct host and port.",
    "connection-refused": "Nothing listens there: start Kafka, or correct host and port.",
    "unreachable": "No connection comes about: correct the host, or look at the network and its"
    " firewalls.",
    "unknown-host": "No such host is known: correct its name.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about Kafka that is not as it should be.

    Attributes:
        slug: Stable name, such as ``connection-refused``.
        detail: What it is and what to change.
    """

    slug: str
    detail: str


async def finding_of(bootstrap_servers: str, names: Collection[str]) -> Finding | None:
    """Return why nothing can be written to the topics *names*; ``None`` if that is not known."""
    # The servers first: that takes a second or three where the client would try for ten.
    slug = await _slug_of(bootstrap_servers)
    if slug != _SPEAKS_KAFKA:
        return Finding(slug=slug, detail=_DETAILS[slug])
    try:
        await require(bootstrap_servers, names)
    except TransportError as error:
        return _finding(error, slug)
    return None


async def explained(error: TransportError, bootstrap_servers: str) -> Finding:
    """Return what is behind *error*; the servers themselves are looked at for it."""
    return _finding(error, await _slug_of(bootstrap_servers))


def _finding(error: TransportError, slug: str) -> Finding:
    if isinstance(error, MissingTopicError):
        return Finding(slug="missing-topics", detail=f"{error}.")
    if isinstance(error.__cause__, IncompatibleBrokerVersion | UnrecognizedBrokerVersion):
        return Finding(slug="old-server", detail="This Kafka is too old: 2.1 or newer is needed.")
    if error.__cause__ is None:
        return Finding(slug="refused", detail=f"{error}.")  # it answered, and said why
    return Finding(slug=slug, detail=_DETAILS[slug].format(error=error))


async def _slug_of(bootstrap_servers: str) -> str:
    """Return how far one gets at the server where one gets furthest: others may be down."""
    places = [server.strip().rpartition(":") for server in bootstrap_servers.split(",")]
    slugs = await asyncio.gather(*(_reached(host, int(port)) for host, _, port in places))
    return min(slugs, key=list(_DETAILS).index)


async def _reached(host: str, port: int) -> str:
    """Return how far one gets there."""
    try:
        async with asyncio.timeout(_ANSWERED_BY):
            reader, writer = await asyncio.open_connection(host, port)
    except socket.gaierror:
        return "unknown-host"
    except (ConnectionRefusedError, OverflowError):  # the latter: no port is that high
        return "connection-refused"
    except (OSError, TimeoutError):
        return "unreachable"
    try:
        writer.write(_QUESTION)
        async with asyncio.timeout(_ANSWERED_BY):
            _, correlation = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    except TimeoutError:
        return "no-answer"
    except (OSError, asyncio.IncompleteReadError):
        return "not-kafka"
    else:
        return _SPEAKS_KAFKA if correlation == _CORRELATION else "not-kafka"
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
