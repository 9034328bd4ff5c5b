"""What contestants write and read: the schemas of the original design, with their echo agent."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4


def request_of(correlation_id: str, thread_id: str | None, message: str) -> dict[str, Any]:
    """Return a chat request."""
    return {
        "correlation_id": correlation_id,
        "thread_id": thread_id or f"thread_{uuid4().hex}",
        "user_id": "anonymous",
        "message": message,
        "timestamp": _now(),
        "metadata": {"client_type": "web"},
    }


def response_to(request: dict[str, Any]) -> dict[str, Any]:
    """Return the chat response that the echo agent gives."""
    began = time.perf_counter()
    text = f"Processed your query: '{request['message']}'"
    return {
        "correlation_id": request["correlation_id"],
        "thread_id": request["thread_id"],
        "response": text,
        "timestamp": _now(),
        "streaming": False,
        "chunk_index": 0,
        "is_final": True,
        "metadata": {
            "processing_time_ms": round((time.perf_counter() - began) * 1000),
            "model_used": "echo",
        },
    }


def _now() -> str:
    return datetime.now(UTC).isoformat()
