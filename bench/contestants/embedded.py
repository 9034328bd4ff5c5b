"""Who is measured against whom over HTTP."""

import json
import sys
from contextlib import AbstractContextManager
from typing import Final
from urllib.request import Request, urlopen

from bench.cluster import COMMAND, ECHOED, OURS
from bench.errors import BrokenRunError
from bench.servers import Server, serving

BARE: Final = "bare"

# Like what the clients ask, so that both send as many bytes.
_SAMPLE: Final = "question 0000001 of client 0000"
_HTTP_SECONDS: Final = 30


def ours() -> AbstractContextManager[Server]:
    """Return `cse-chat run` with an agent that says at once what it was asked."""
    return serving(
        OURS,
        [COMMAND, "run", "--port", "0"],
        expected=ECHOED,
        settings={"AGENT__NAME": "echo"},
    )


def bare(
    answer: bytes, *, name: str = BARE, role: str = "server"
) -> AbstractContextManager[Server]:
    """Return a Litestar handler that gives *answer*, and does nothing else."""
    text = json.loads(answer)["response"]
    return serving(
        name,
        [sys.executable, "-m", "bench.contestants.bare", answer.decode()],
        expected=f'"response":"{text}"',
        role=role,
    )


def answer_of(server: Server) -> bytes:
    """Return the body that *server* answers with when it is asked once.

    Raises:
        BrokenRunError: It does not answer.
    """
    asking = Request(  # noqa: S310 -- http, to ourselves
        f"{server.url}/api/chat",
        data=json.dumps({"message": _SAMPLE}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urlopen(asking, timeout=_HTTP_SECONDS) as response:  # noqa: S310 -- likewise
            return bytes(response.read())
    except OSError as error:
        raise BrokenRunError(f"does not answer: {error}") from error
