"""Read-only access to a built SQLite file, one connection per thread."""

import sqlite3
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path


class ReaderConnection(sqlite3.Connection):
    """A connection that can be referred to weakly, which the plain class cannot."""


class Reader:
    """Runs queries on the file at *path*; safe to share between threads.

    Each thread has a connection of its own, closed when the thread ends or the reader closes.
    """

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: weakref.WeakSet[ReaderConnection] = weakref.WeakSet()

    def rows(self, query: str, arguments: Sequence[str | float | None] = ()) -> list[sqlite3.Row]:
        """Give all rows of a parameterised *query*."""
        return self._connection().execute(query, arguments).fetchall()

    def close(self) -> None:
        """Close the connections of all threads; a later query opens a new one."""
        with self._lock:
            for connection in list(self._connections):
                connection.close()
            self._connections.clear()
            self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: ReaderConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            # immutable: the file is replaced as a whole or not at all, so no locks are needed.
            # Only close() uses a connection from another thread.
            connection = sqlite3.connect(
                self._uri, uri=True, factory=ReaderConnection, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            with self._lock:
                self._connections.add(connection)
            self._local.connection = connection
        return connection
