"""Metrics of what goes over Kafka."""

from typing import Final

from cse_chat.entrypoints.metrics.family import Family, Kind, Where

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
