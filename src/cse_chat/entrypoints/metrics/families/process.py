"""Metrics of every process: what it is, whether it is ready, its loop and its connections."""

from typing import Final

from cse_chat.entrypoints.metrics.family import Family, Kind, Where

BUILD_INFO: Final = Family(
    name="build_info",
    kind=Kind.GAUGE,
    where=Where.EVERYWHERE,
    help="Always 1; the labels say what runs.",
    labels=("version", "python", "role", "agent", "requests", "replies"),
)
READY: Final = Family(
    name="chat_ready",
    kind=Kind.GAUGE,
    where=Where.EVERYWHERE,
    help="1 while the process may be given work, as /health/ready says.",
)
DEPENDENCY_UP: Final = Family(
    name="chat_dependency_up",
    kind=Kind.GAUGE,
    where=Where.EVERYWHERE,
    help="1 while a server that is needed can be used, as /health/ready says.",
    labels=("dependency",),
)
LOOP_LAG: Final = Family(
    name="event_loop_lag_seconds",
    kind=Kind.HISTOGRAM,
    where=Where.EVERYWHERE,
    help="How much later than it was due a timer of the event loop was called; four a second.",
)
HTTP_RESPONSES: Final = Family(
    name="http_responses_total",
    kind=Kind.COUNTER,
    where=Where.EVERYWHERE,
    help="Responses by the template of the route (none: no route takes the address) and status"
    " (0: the connection went away before).",
    labels=("route", "status"),
)
SLOW_READERS: Final = Family(
    name="chat_slow_readers_closed_total",
    kind=Kind.COUNTER,
    where=Where.EVERYWHERE,
    help="Connections cut because their client took nothing of what waited for it for 30 seconds, or"
    " for 2 while the process ends.",
)
