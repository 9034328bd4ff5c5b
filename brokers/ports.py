"""Ports that stay free while the server that has them is down."""

import fcntl
import os
import random
import socket
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

# Below where Linux (32768), macOS and Windows (49152) take the ports of outgoing connections: a
# client that tries again while its server is down can be given the server's own port, and keep it.
_FIRST: Final = 20_000
_END: Final = 32_000
_given: set[int] = set()


def free_port() -> int:
    """Return a port that nobody listens on now and that no process which still runs was given."""
    while True:
        port = random.randrange(_FIRST, _END)  # noqa: S311 -- it keeps no secret
        if port not in _given and _is_claimed(port) and _is_free(port):
            _given.add(port)
            return port


def connects(port: int) -> bool:
    """Say whether anybody listens on *port* of this machine's loopback."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _is_claimed(port: int) -> bool:
    """Claim *port* among the processes of this user, until this one ends; say if that went well."""
    try:
        fcntl.lockf(_claims(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except (BlockingIOError, PermissionError):  # systems differ in how they say it
        return False
    return True


@cache
def _claims() -> int:
    """Open the file of which each port has a byte to lock; closing it would give them all up."""
    path = Path(tempfile.gettempdir()) / f"cse-chat-ports-{os.getuid()}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
