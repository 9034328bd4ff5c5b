"""Every metric that a process may export: its name, its labels, what it means.

No label holds a user, a thread, an id or an address: each has a handful of values. What is known of
them is exported as 0 before it happens, so that rates and `absent()` work from the first scrape.
"""

from typing import Final

from cse_chat.entrypoints.metrics.families import gateway, kafka, process, redis, worker
from cse_chat.entrypoints.metrics.family import Family, Kind

FAMILIES: Final = tuple(
    value
    for module in (process, gateway, worker, kafka, redis)
    for value in vars(module).values()
    if isinstance(value, Family)
)
"""All of them, in the order of their files."""

PROCESS: Final = (
    ("process_cpu_seconds_total", Kind.COUNTER, "CPU time, user and system."),
    ("process_resident_memory_bytes", Kind.GAUGE, "Memory in RAM."),
    ("process_virtual_memory_bytes", Kind.GAUGE, "Address space."),
    ("process_open_fds", Kind.GAUGE, "Open files and sockets."),
    ("process_max_fds", Kind.GAUGE, "How many there may be."),
    ("process_start_time_seconds", Kind.GAUGE, "When it began, in seconds since 1970."),
)
"""What the client library reads of the process, on Linux."""
