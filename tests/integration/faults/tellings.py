"""Says what is wrong with what a follower was told, beside what was recorded."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

Event = dict[str, Any]


def broken_tellings(
    told: Sequence[bytes], recorded: Sequence[bytes], *, answer: str, gaps: int = 0
) -> list[str]:
    """Return a sentence for each broken promise; none when all were kept.

    Args:
        told: Every event as it came, over as many connections as it took.
        recorded: What is kept of the same thread or request, from the oldest on.
        answer: What a client has to show in the end.
        gaps: How often the fault made it lose what was recorded, each of which is told.
    """
    parts = _parts(told)
    found = list(_order([*map(event_of, told)]))
    if len(parts) - 1 != gaps:
        found.append(f"{len(parts) - 1} gaps")
    if parts[-1] != list(recorded):
        found.append(_difference(parts[-1], recorded))
    if (text := shown(told)) != answer:
        found.append(
            f"shows {text[-60:]!r} ({len(text)}), answered {answer[-60:]!r} ({len(answer)})"
        )
    return found


def shown(told: Sequence[bytes]) -> str:
    """Return the text of the newest question, as a client shows it that goes by the contract.

    It is put together out of its pieces; what an earlier attempt showed is discarded. Only behind a
    `gap`, where pieces may be missing, the outcome is shown instead.
    """
    text, is_whole = "", True
    for event in map(event_of, told):
        match event["type"]:
            case "accepted" | "started":
                text, is_whole = "", True
            case "gap":
                text, is_whole = "", False
            case "delta":
                text += event["response"]
            case "answered" if not is_whole:
                text = event["response"]
    return text


def _parts(told: Sequence[bytes]) -> list[list[bytes]]:
    """Return what was told between gaps, and behind the last one."""
    parts: list[list[bytes]] = [[]]
    for one in told:
        if event_of(one)["type"] == "gap":
            parts.append([])
        else:
            parts[-1].append(one)
    return parts


def _order(events: Sequence[Event]) -> Iterator[str]:
    """Yield what did not follow on what was told before it, unless a gap says so."""
    for one, other in pairwise(events):
        if "gap" in (one["type"], other["type"]):
            continue
        before, after = one["cursor"], other["cursor"]
        (epoch, offset), (next_epoch, next_offset) = before.split("-"), after.split("-")
        if epoch != next_epoch or int(offset) + 1 != int(next_offset):
            yield f"{after} behind {before}"


def _difference(told: Sequence[bytes], recorded: Sequence[bytes]) -> str:
    missing = [event_of(one)["cursor"] for one in recorded if one not in told]
    strange = [event_of(one)["cursor"] for one in told if one not in recorded]
    return f"told {len(told)} of {len(recorded)}: missing {missing}, never recorded {strange}"


def event_of(told: bytes) -> Event:
    """Return what *told* says."""
    event: Event = json.loads(told)
    return event
