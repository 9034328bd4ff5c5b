"""Events as a service tells them."""

import json
from typing import Any

from cse_chat.client.events import Event, decode_event

EPOCH = "1f0c5a9e7b3d4826"
ID = "550e8400-e29b-41d4-a716-446655440000"
OTHER_ID = "650e8400-e29b-41d4-a716-446655440000"
THREAD = "thread_1"
AT = "2026-07-26T09:30:01Z"
PROBLEM = {"type": "/problems/agent-failed", "title": "Agent failed", "detail": "It failed."}
ARTIFACT = {
    "type": "table",
    "title": "Top",
    "columns": [
        {"name": "close", "label": "Close", "type": "number", "unit": "LKR", "decimals": 2}
    ],
    "rows": [[1.5], [None]],
}


def cursor(offset: int, *, epoch: str = EPOCH) -> str:
    return f"{epoch}-{offset}"


def document(kind: str, offset: int = 1, /, **members: Any) -> dict[str, Any]:  # noqa: ANN401 -- of any JSON
    usual: dict[str, Any] = {
        "cursor": cursor(offset),
        "type": kind,
        "attempt": 1,
        "thread_id": THREAD,
        "correlation_id": ID,
        "timestamp": AT,
    }
    return usual | _OF_KIND.get(kind, {}) | members


def event(kind: str, offset: int = 1, /, **members: Any) -> Event:  # noqa: ANN401 -- of any JSON
    return decode_event(json.dumps(document(kind, offset, **members)))


def frame(kind: str, offset: int = 1, /, **members: Any) -> bytes:  # noqa: ANN401 -- of any JSON
    """Return an event as a stream has it."""
    told = document(kind, offset, **members)
    return f"id: {told['cursor']}\nevent: {kind}\ndata: {json.dumps(told)}\n\n".encode()


_OF_KIND: dict[str, dict[str, Any]] = {
    "accepted": {"attempt": 0, "message": "Why?", "queue_position": 0},
    "step": {"name": "look", "label": "Looking", "status": "started", "detail": ""},
    "delta": {"response": "a", "chunk_index": 0, "streaming": True, "is_final": False},
    "artifact": {"artifact": ARTIFACT},
    "answered": {
        "response": "abc",
        "streaming": False,
        "chunk_index": 0,
        "is_final": True,
        "metadata": {"model_used": "m", "attempt": 1, "as_of": "2026-07-24", "sources": ["CSE"]},
        "artifacts": [ARTIFACT],
    },
    "failed": {"status": "failed", "problem": PROBLEM, "is_final": True},
    "cancelled": {"status": "cancelled", "problem": PROBLEM, "is_final": True},
    "gap": {
        "correlation_id": None,
        "attempt": 0,
        "requested": cursor(0),
        "oldest": None,
        "history_url": "/api/threads/thread_1/messages",
    },
}
