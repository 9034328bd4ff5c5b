"""Whether a reading of a question leaves nothing of it out.

To leave out a part of a question is to answer another one. So each intent states what it takes
into account, and a reading stands only if every word of the question is used by it.
"""

from collections.abc import Iterator

from cse_chat.adapters.analyst.language.abilities import ALWAYS, TAKES, Takes
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.parsing import Parsed
from cse_chat.adapters.analyst.language.periods import When


def left_out(intent: Intent, parsed: Parsed) -> frozenset[int]:
    """Return the places of the words that an answer to *intent* would not take into account.

    An intent that says itself what it cannot give takes everything.
    """
    takes = TAKES.get(intent)
    return frozenset() if takes is None else frozenset(_unused(takes, parsed))


def takes_when(intent: Intent, when: When) -> bool:
    """Say whether an answer to *intent* can be of that time."""
    takes = TAKES.get(intent)
    return takes is None or _fits(takes, when)


def _unused(takes: Takes, parsed: Parsed) -> Iterator[int]:
    for found in parsed.found:
        if found.cue not in takes.cues and found.cue not in ALWAYS:
            yield from range(found.start, found.end)
    if parsed.when is not None and not _fits(takes, parsed.when):
        yield from parsed.places["when"]
    for slot in ("count", "bounds"):
        if slot not in takes.slots:
            yield from parsed.places[slot]
    for mention in parsed.mentions:
        if mention.kind is not MentionKind.UNKNOWN and mention.kind not in takes.names:
            yield from range(mention.start, mention.end)


def _fits(takes: Takes, when: When) -> bool:
    if when.is_today:
        return True
    day = when.day is not None and "day" in takes.slots
    return day or (when.period is not None and "period" in takes.slots)
