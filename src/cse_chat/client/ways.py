"""The ways in which a client can hear what happens."""

from enum import StrEnum


class Way(StrEnum):
    """How events come; the best is first, and the next is tried where it does not come through.

    Attributes:
        WEBSOCKET: A socket of ``cse-chat.v1``.
        SSE: Server-sent events.
        POLLING: Looking again and again; works wherever HTTP does.
    """

    WEBSOCKET = "websocket"
    SSE = "sse"
    POLLING = "polling"
