"""Hosts, and what is known about them without asking the network."""

from ipaddress import ip_address
from typing import Final

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8000


def is_loopback(host: str) -> bool:
    """Return whether only this machine itself can reach *host*."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url_of(host: str, port: int) -> str:
    """Return the URL at which this machine reaches what listens there.

    What listens on every address (``0.0.0.0``, ``::``) is reached at the one of the machine itself.
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- nothing is bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
