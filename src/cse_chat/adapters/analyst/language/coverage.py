"""Whether a reading of a question leaves nothing of it out.

To leave out a part of a question is to answer another one. So each intent states what it takes
into account, and a reading stands only if every word of the question is used by it.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from cse_chat.adapters.analyst.language.abilities import WAYS
from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.language.parsing import Parsed
from cse_chat.adapters.analyst.language.periods import When
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.language.takes import ALWAYS, MOST_NAMES, Takes

# The noun beside a name asks for nothing: "the banking sector", "the ASPI index".
_NOUNS: Mapping[Cue, AbstractSet[MentionKind]] = {
    Cue.SECTOR: {MentionKind.SECTOR},
    Cue.INDEX: {MentionKind.INDEX, MentionKind.SECTOR},
}


def left_out(intent: Intent, parsed: Parsed) -> frozenset[int]:
    """Return the places of the words that an answer to *intent* would not take into account.

    An intent that says itself what it cannot give takes everything; of several ways to answer,
    the one that leaves out least counts.
    """
    cues = {found.cue for found in parsed.found}
    ways = [way for way in WAYS.get(intent, ()) if way.is_meant(cues)]
    unused = [frozenset(_unused(way, parsed)) for way in ways]
    return min(unused, key=len, default=frozenset())


def takes_when(intent: Intent, when: When, cues: AbstractSet[Cue]) -> bool:
    """Say whether an answer to *intent* can be of that time, and still be of *cues*."""
    ways = WAYS.get(intent, ())
    of_cues = [way for way in ways if way.is_meant(cues) and cues <= way.cues | ALWAYS]
    return not ways or any(_fits(way, when) for way in of_cues or ways)


def surplus(request: Request) -> tuple[str, ...]:
    """Return what *request* names beyond as many of a kind as one answer holds."""
    named = {
        MentionKind.COMPANY: request.companies,
        MentionKind.SECTOR: request.sectors,
        MentionKind.INDEX: request.indices,
        MentionKind.AUDITOR: request.auditors,
    }
    return tuple(
        target for kind, targets in named.items() for target in targets[_most(request, kind) :]
    )


def _most(request: Request, kind: MentionKind) -> int:
    return max((way.names.get(kind, 0) for way in WAYS.get(request.intent, ())), default=0) or (
        MOST_NAMES
    )


def _unused(takes: Takes, parsed: Parsed) -> Iterator[int]:
    taken = {mention.kind for mention in parsed.mentions} & takes.names.keys()
    for found in parsed.found:
        is_noun = not taken.isdisjoint(_NOUNS.get(found.cue, ()))
        if not is_noun and found.cue not in takes.cues and found.cue not in ALWAYS:
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
