"""Every metric that a process may export: its name, its labels, what it means.

No label holds a user, a thread, an id or an address: each has a handful of values. What is known of
them is exported as 0 before it happens, so that rates and `absent()` work from the first scrape.
"""

from typing import Final

from cse_chat.domain.model.events import EventType
from cse_chat.domain.model.outcomes import Status
from cse_chat.entrypoints.metrics.family import Family, Kind, Where
from cse_chat.entrypoints.sockets import CLOSE_CODES, OTHER_CODE

ENDED: Final = tuple(
    str(status) for status in (Status.ANSWERED, Status.FAILED, Status.EXPIRED, Status.CANCELLED)
)
"""How an accepted request ends."""

LEFT_OPEN: Final = "left-open"
ERROR: Final = "error"
REFUSALS: Final = (
    "not-found",
    "thread-busy",
    "overloaded",
    "not-accepted",
    "acceptance-unknown",
    ERROR,
)
"""Why nothing was accepted."""

RELEASED: Final = "released"
INTERRUPTED: Final = "interrupted"
SETTLED_BEFORE: Final = "settled-before"
SET_ASIDE: Final = "set-aside"
FINISHED: Final = (*ENDED, SETTLED_BEFORE, SET_ASIDE)
"""How a delivery ends after which nothing is left to do."""

GAP: Final = "gap"
EVENT_TYPES: Final = (*map(str, EventType), GAP)
"""What followers are told."""

# --- every process --------------------------------------------------------------------------------

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
DEAD_LETTERS: Final = Family(
    name="chat_dlq_messages_total",
    kind=Kind.COUNTER,
    where=Where.WORKER,
    help="Records set aside by this process, by the topic they went to and the reason.",
    labels=("topic", "reason"),
)

# --- requests, where they are asked ---------------------------------------------------------------

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
    known=(*ENDED, LEFT_OPEN, *REFUSALS),
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

# --- streams --------------------------------------------------------------------------------------

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
    known=EVENT_TYPES,
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
SLOW_READERS: Final = Family(
    name="chat_slow_readers_closed_total",
    kind=Kind.COUNTER,
    where=Where.EVERYWHERE,
    help="Connections cut because their client took nothing of what waited for it for 30 seconds, or"
    " for 2 while the process ends.",
)

# --- sockets --------------------------------------------------------------------------------------

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

# --- requests, where they are answered ------------------------------------------------------------

TAKEN: Final = Family(
    name="chat_deliveries_taken_total",
    kind=Kind.COUNTER,
    where=Where.WORKER,
    help="Deliveries that this process took: as many as chat_deliveries_total and"
    " chat_deliveries_in_hand together.",
)
DELIVERIES: Final = Family(
    name="chat_deliveries_total",
    kind=Kind.COUNTER,
    where=Where.WORKER,
    help="Deliveries that ended here: with the outcome that holds; settled-before by another or by"
    " an earlier delivery; set-aside as nobody's request; released, unfinished, for another worker.",
    labels=("outcome",),
    known=(*FINISHED, RELEASED),
)
IN_HAND: Final = Family(
    name="chat_deliveries_in_hand",
    kind=Kind.GAUGE,
    where=Where.WORKER,
    help="Deliveries taken and not ended.",
)
OLDEST_IN_HAND: Final = Family(
    name="chat_oldest_in_hand_seconds",
    kind=Kind.GAUGE,
    where=Where.WORKER,
    help="Age since it was asked of the oldest delivery in hand; 0: there is none.",
)
LANES: Final = Family(
    name="chat_lanes",
    kind=Kind.GAUGE,
    where=Where.WORKER,
    help="Threads with work in hand: each has a slot, or waits for one, for its turn or its backoff.",
)
SLOTS: Final = Family(
    name="chat_slots",
    kind=Kind.GAUGE,
    where=Where.WORKER,
    help="Agents that may run at once here.",
)
SLOTS_USED: Final = Family(
    name="chat_slots_used",
    kind=Kind.GAUGE,
    where=Where.WORKER,
    help="Slots that are taken: by agents that run, and around their claims.",
)
INCOMPLETE: Final = Family(
    name="chat_ledger_incomplete_total",
    kind=Kind.COUNTER,
    where=Where.WORKER,
    help="Claims that had to wait until what Redis lost was read back from chat.responses.",
)
PROCESSING_SECONDS: Final = Family(
    name="kafka_consumer_processing_seconds",
    kind=Kind.HISTOGRAM,
    where=Where.WORKER,
    help="From the turn of a delivery in its lane until nothing was left to do: wait for a slot,"
    " claim, agent, backoff, outcome; interrupted: a store failed or it was stopped.",
    labels=("outcome",),
)

# --- Kafka ----------------------------------------------------------------------------------------

SEND_SECONDS: Final = Family(
    name="kafka_producer_send_seconds",
    kind=Kind.HISTOGRAM,
    where=Where.KAFKA,
    help="How long records took until all replicas in sync had them, the wait for their turn"
    " included.",
)
SEND_ERRORS: Final = Family(
    name="kafka_producer_errors_total",
    kind=Kind.COUNTER,
    where=Where.KAFKA,
    help="Records that failed: overloaded: too many waited; unsent: Kafka was away or too slow;"
    " refused by the broker; unconfirmed: nobody knows whether it is kept.",
    labels=("reason",),
    known=("overloaded", "unsent", "refused", "unconfirmed"),
)
PRODUCERS_REPLACED: Final = Family(
    name="kafka_producers_replaced_total",
    kind=Kind.COUNTER,
    where=Where.KAFKA,
    help="Clients that were given up because they confirmed nothing more.",
)
LAG: Final = Family(
    name="kafka_consumer_lag",
    kind=Kind.GAUGE,
    where=Where.KAFKA_WORKER,
    help="Records of an assigned partition that are not read yet; gone once it is another's.",
    labels=("topic", "partition"),
)
UNFINISHED: Final = Family(
    name="kafka_consumer_unfinished",
    kind=Kind.GAUGE,
    where=Where.KAFKA_WORKER,
    help="Records behind the offset of the group, read or not: its lag as Kafka's own tools tell it.",
    labels=("topic", "partition"),
)
REBALANCES: Final = Family(
    name="kafka_rebalances_total",
    kind=Kind.COUNTER,
    where=Where.KAFKA_WORKER,
    help="How often the group gave this process its partitions; each time all work is handed over.",
)

# --- Redis ----------------------------------------------------------------------------------------

CHANNELS: Final = Family(
    name="redis_pubsub_channels",
    kind=Kind.GAUGE,
    where=Where.REDIS_GATEWAY,
    help="Channels that are heard, on one connection; 0 while there is none.",
)
PUBSUB_SECONDS: Final = Family(
    name="redis_pubsub_latency_seconds",
    kind=Kind.HISTOGRAM,
    where=Where.REDIS_GATEWAY,
    help="From a heartbeat until it was heard; one a second.",
)
RECONNECTS: Final = Family(
    name="redis_pubsub_reconnects_total",
    kind=Kind.COUNTER,
    where=Where.REDIS_GATEWAY,
    help="How often the subscription was made anew; what was announced meanwhile is looked up.",
)
PUBLISHED: Final = Family(
    name="reply_bus_publish_total",
    kind=Kind.COUNTER,
    where=Where.REDIS,
    help="Outcomes that this process announced.",
)
LATE: Final = Family(
    name="reply_bus_late_total",
    kind=Kind.COUNTER,
    where=Where.REDIS_GATEWAY,
    help="Outcomes heard here that nobody waited for, or not any more.",
)
REPLIES_DROPPED: Final = Family(
    name="reply_bus_dropped_total",
    kind=Kind.COUNTER,
    where=Where.REDIS_GATEWAY,
    help="What else was heard and not told: malformed, foreign (another thread's or user's), crowded"
    " (too many channels of single requests).",
    labels=("reason",),
    known=("malformed", "foreign", "crowded"),
)
REGISTRATIONS_PENDING: Final = Family(
    name="redis_registrations_pending",
    kind=Kind.GAUGE,
    where=Where.REDIS,
    help="Accepted requests that Redis does not know yet, because it was away.",
)
REGISTRATIONS_DROPPED: Final = Family(
    name="redis_registrations_dropped_total",
    kind=Kind.COUNTER,
    where=Where.REDIS,
    help="Of these, given up because too many were kept: a worker makes them known.",
)

FAMILIES: Final = tuple(value for value in tuple(globals().values()) if isinstance(value, Family))
"""All of them, in the order of this file."""

PROCESS: Final = (
    ("process_cpu_seconds_total", Kind.COUNTER, "CPU time, user and system."),
    ("process_resident_memory_bytes", Kind.GAUGE, "Memory in RAM."),
    ("process_virtual_memory_bytes", Kind.GAUGE, "Address space."),
    ("process_open_fds", Kind.GAUGE, "Open files and sockets."),
    ("process_max_fds", Kind.GAUGE, "How many there may be."),
    ("process_start_time_seconds", Kind.GAUGE, "When it began, in seconds since 1970."),
)
"""What the client library reads of the process, on Linux."""
