"""Servers that say what a test wants, byte for byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def a_server(*answers: bytes) -> Iterator[str]:
    """Serve one connection for each of *answers*: say it, whatever is asked, and hang up.

    An empty answer keeps the connection open and says nothing.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)  # a command that never comes fails the test instead of hanging it
        held = []

        def serve() -> None:
            for answer in answers:
                connection, _ = server.accept()
                held.append(connection)
                connection.recv(65_536)
                if answer:
                    connection.sendall(answer)
                    connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            thread.join()
            for connection in held:
                connection.close()


def said(status: str, body: str, *headers: str) -> bytes:
    """Return a response with *body*, which is ASCII as well as *status* and *headers*."""
    length = f"Content-Length: {len(body)}"
    lines = [f"HTTP/1.1 {status}", "Connection: close", length, *headers, "", body]
    return "\r\n".join(lines).encode("latin-1")
