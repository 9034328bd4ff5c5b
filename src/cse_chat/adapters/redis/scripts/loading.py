"""The Lua scripts, each called by the digest of its text."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FOLDER = files("cse_chat.adapters.redis.scripts")
_SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Script:
    """One atomic step of the server.

    `RedisConnection.run` gives every script the ``run_id`` of the server it is sent to as
    ``ARGV[1]``; the arguments of the call follow.

    Attributes:
        tells_first: What it publishes is to be on its way before its caller knows that it has run.
    """

    name: str
    text: str
    digest: str
    tells_first: bool = False


@cache
def script(name: str, *parts: str, then: tuple[str, ...] = (), tells_first: bool = False) -> Script:
    """Return the script in ``<name>.lua``, behind ``shared.lua`` and the other *parts* it needs.

    Each part costs the server time at every call: a script has those that it uses, no others.

    Args:
        name: Names the script, and its file.
        parts: What comes before it, in this order.
        then: What comes behind it.
        tells_first: See `Script`.
    """
    paths = [f"{part}.lua" for part in (_SHARED, *parts, name, *then)]
    text = "\n".join(_FOLDER.joinpath(file).read_text("utf-8") for file in paths)
    # What the server names a script by; nothing secret hangs on it.
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return Script(name, text, digest, tells_first)
