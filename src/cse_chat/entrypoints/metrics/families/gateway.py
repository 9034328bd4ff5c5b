"""Metrics of where questions are asked and followed."""

from typing import Final

from cse_chat.entrypoints.metrics import labels
from cse_chat.entrypoints.metrics.family import Family, Kind, Where
from cse_chat.entrypoints.sockets import CLOSE_CODES, OTHER_CODE

ACCEPTED: Final = Family(
    name="chat_accepted_total",
    kind=Kind.COUNTER,
    where=Where.GATEWAY,
    help="Questions that this process accepted: as many as chat_requests_total has of answered,"
    " failed, expired, cancelled and left-open, and chat_inflight_requests together.",
)
REQUESTS: Final = Family(
    name="chat_requests_total",
    kind=Kind.COUNTER,
    where=Where.GATEWAY,
    help="Questions asked of this process by how it ended for who asked: with an outcome; left-open"
    " when the wait was over first (the answer still comes, and is read later); or, not accepted,"
    " with the reason. What is no question (400) is not counted here.",
    labels=("outcome",),
    known=(*labels.ENDED, labels.LEFT_OPEN, *labels.REFUSALS),
)
RESPONSE_SECONDS: Final = Family(
    name="chat_response_seconds",
    kind=Kind.HISTOGRAM,
    where=Where.GATEWAY,
    help="From asking until the outcome was here, for whom it came while they waited.",
)
IN_FLIGHT: Final = Family(
    name="chat_inflight_requests",
    kind=Kind.GAUGE,
    where=Where.GATEWAY,
    help="Accepted questions whose sender waits here.",
)
ACCEPTING: Final = Family(
    name="chat_accepting_requests",
    kind=Kind.GAUGE,
    where=Where.GATEWAY,
    help="Questions that are neither accepted nor refused yet.",
)
LISTENED_FOR: Final = Family(
    name="chat_awaited_requests",
    kind=Kind.GAUGE,
    where=Where.GATEWAY,
    help="Requests whose outcome somebody waits for here, asking or reading.",
)
OLDEST_AWAITED: Final = Family(
    name="chat_oldest_awaited_seconds",
    kind=Kind.GAUGE,
    where=Where.GATEWAY,
    help="For how long the longest of them has been waited for; 0: nobody waits.",
)
SSE_STREAMS: Final = Family(
    name="chat_sse_streams",
    kind=Kind.GAUGE,
    where=Where.GATEWAY,
    help="Streams of server-sent events that are open, by what they follow.",
    labels=("of",),
    known=("request", "thread"),
)
STREAM_EVENTS: Final = Family(
    name="chat_stream_events_total",
    kind=Kind.COUNTER,
    where=Where.GATEWAY,
    help="Events that followers were told, each as often as it was told; gap: some were lost.",
    labels=("type",),
    known=labels.EVENT_TYPES,
)
STREAM_RESUMES: Final = Family(
    name="chat_stream_resumes_total",
    kind=Kind.COUNTER,
    where=Where.GATEWAY,
    help="Streams that began behind a cursor: clients that came back.",
)
STREAM_INTERRUPTIONS: Final = Family(
    name="chat_stream_interruptions_total",
    kind=Kind.COUNTER,
    where=Where.GATEWAY,
    help="How often an open stream could not read on; it tries again each second.",
)
SOCKETS: Final = Family(
    name="chat_ws_connections",
    kind=Kind.GAUGE,
    where=Where.GATEWAY,
    help="Open WebSockets.",
)
SOCKET_FRAMES: Final = Family(
    name="chat_ws_frames_total",
    kind=Kind.COUNTER,
    where=Where.GATEWAY,
    help="Frames of text: in from clients, out to them (taken by the connection).",
    labels=("direction",),
    known=("in", "out"),
)
SOCKETS_CLOSED: Final = Family(
    name="chat_ws_closed_total",
    kind=Kind.COUNTER,
    where=Where.GATEWAY,
    help="WebSockets that ended, by the close code, whoever closed it: 1000 and 1001 the client, 1005"
    " without a code or just gone, 1007 no UTF-8, 1009 beyond 128 KiB, 1011 ours to look into, 1012"
    " drained, 4400 no frame, 4404 not the caller's, 4408 idle, 4413 too large, 4429 too fast, 4503"
    " too slow a reader.",
    labels=("code",),
    known=(*CLOSE_CODES, OTHER_CODE),
)
