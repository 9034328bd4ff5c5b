"""What every client of ours is told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from cse_chat.adapters.kafka.frames import take_frames_as_they_come
from cse_chat.adapters.kafka.tolerant_records import read_tolerantly

CLIENT_ID: Final = "cse-chat"

read_tolerantly()
take_frames_as_they_come()


def client_options(bootstrap_servers: str, *, request_timeout: timedelta) -> Mapping[str, Any]:
    """Return the arguments that producers, consumers and admin clients share.

    Args:
        bootstrap_servers: ``host:port`` to begin with, several with commas between.
        request_timeout: For one request to one broker; the library repeats them.
    """
    return {
        "bootstrap_servers": [server.strip() for server in bootstrap_servers.split(",")],
        "client_id": CLIENT_ID,
        "request_timeout_ms": milliseconds(request_timeout),
    }


def milliseconds(duration: timedelta) -> int:
    """Return *duration* as aiokafka wants it."""
    return round(duration / timedelta(milliseconds=1))
