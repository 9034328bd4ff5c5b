"""What a gateway tells of conversations."""

import json
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.request import urlopen

from bench.errors import BrokenRunError
from bench.servers import Server

_HTTP_SECONDS: Final = 30
_MOST: Final = 1_000


def answers_of(server: Server, thread: str) -> Sequence[str]:
    """Return the correlation ids of what the agent answered in a *thread*, in their order.

    Raises:
        BrokenRunError: It cannot be read.
    """
    found: list[str] = []
    after = ""
    while True:
        page = _read(f"{server.url}/api/threads/{thread}/messages?limit={_MOST}{after}")
        found += [turn["correlation_id"] for turn in page["messages"] if turn["role"] == "agent"]
        if not page["next"]:
            return found
        after = f"&after={page['next']}"


def misplaced(accepted: Sequence[str], answered: Sequence[str]) -> int:
    """Return how many answers are missing, are there twice, or stand where another should."""
    wrong = sum(one != other for one, other in zip(accepted, answered, strict=False))
    return wrong + abs(len(accepted) - len(answered))


def _read(url: str) -> Mapping[str, list[Mapping[str, str]]]:
    try:
        with urlopen(url, timeout=_HTTP_SECONDS) as response:  # noqa: S310 -- http, to ourselves
            page: Mapping[str, list[Mapping[str, str]]] = json.load(response)
    except OSError as error:
        raise BrokenRunError(f"a conversation cannot be read: {error}") from error
    return page
