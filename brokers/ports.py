"""Ports that stay free while the server that has them is down."""

import random
import socket
from typing import Final

# Below where Linux (32768), macOS and Windows (49152) take the ports of outgoing connections: a
# client that tries again while its server is down can be given the server's own port, and keep it.
_FIRST: Final = 20_000
_END: Final = 32_000
_given: set[int] = set()


def free_port() -> int:
    """Return a port that nobody listens on now and that this process was not given before."""
    while True:
        port = random.randrange(_FIRST, _END)  # noqa: S311 -- it keeps no secret
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def connects(port: int) -> bool:
    """Say whether anybody listens on *port* of this machine's loopback."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
