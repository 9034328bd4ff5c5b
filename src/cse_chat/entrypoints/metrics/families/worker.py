"""Metrics of where questions are answered."""

from typing import Final

from cse_chat.entrypoints.metrics import labels
from cse_chat.entrypoints.metrics.family import Family, Kind, Where

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
    known=(*labels.FINISHED, labels.RELEASED),
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
    " claim, agent, backoff, outcome, and its response in Kafka, which waits 20 ms for others;"
    " interrupted: a store failed or it was stopped.",
    labels=("outcome",),
)
DEAD_LETTERS: Final = Family(
    name="chat_dlq_messages_total",
    kind=Kind.COUNTER,
    where=Where.WORKER,
    help="Records set aside by this process, by the topic they went to and the reason.",
    labels=("topic", "reason"),
)
