"""Every metric: its name, its type, its labels, what it means."""

from cse_chat.entrypoints.metrics.families.catalogue import FAMILIES, PROCESS
from cse_chat.entrypoints.metrics.family import Family, Where
from tests.reference.markdown import code, page, table


def metrics_page() -> str:
    """Return the page of all metrics."""
    own = (
        (
            code(family.name),
            str(family.kind),
            _labels_of(family),
            str(family.where),
            family.help,
        )
        for family in FAMILIES
    )
    of_the_library = (
        (code(name), str(kind), "", str(Where.EVERYWHERE), meaning)
        for name, kind, meaning in PROCESS
    )
    return page(
        "Metrics",
        "A gateway and `cse-chat run` tell them at `/metrics`, a worker at `/metrics` of its own port"
        " (`CSE_CHAT__WORKER__PORT`), in the text format of Prometheus, or OpenMetrics for whoever"
        " asks for it. `cse-chat doctor --watch` shows the most telling of them in a terminal.",
        "No label holds a user, a thread, an id or an address. The values that are listed are there"
        " from the start, with 0. Counters begin at 0 with the process.",
        "At every moment `chat_accepted_total` is the sum of `chat_requests_total` with the outcomes"
        " answered, failed, expired, cancelled and left-open, and `chat_inflight_requests`; and"
        " `chat_deliveries_taken_total` is the sum of `chat_deliveries_total` and"
        " `chat_deliveries_in_hand`.",
        table(("name", "type", "labels", "of", "meaning"), (*own, *of_the_library)),
    )


def _labels_of(family: Family) -> str:
    if family.known:
        (label,) = family.labels
        return f"{code(label)}: {', '.join(family.known)}"
    return ", ".join(map(code, family.labels))
