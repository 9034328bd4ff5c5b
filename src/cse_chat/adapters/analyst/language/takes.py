"""How an intent states what of a question its answer takes into account."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.mentions import MentionKind

MOST_NAMES = 10  # of one kind, unless an intent takes fewer or more
_ALL_SECTORS = 20

# These ask for nothing that an answer could leave out.
ALWAYS = frozenset(
    {
        Cue.ABOUT,
        Cue.COMPANY,
        Cue.FOLLOW,
        Cue.GREETING,
        Cue.HELP,
        Cue.LIST,
        Cue.MARKET,
        Cue.MORE,
        Cue.PRONOUN,
        Cue.THANKS,
        Cue.TRADED,
        Cue.WHICH,
        Cue.WHO,
    }
)
COMPANIES: Mapping[MentionKind, int] = {
    MentionKind.COMPANY: MOST_NAMES,
    MentionKind.FAMILY: MOST_NAMES,
}
SECTORS: Mapping[MentionKind, int] = {MentionKind.SECTOR: MOST_NAMES}
ALL_SECTORS: Mapping[MentionKind, int] = {MentionKind.SECTOR: _ALL_SECTORS}
INDICES: Mapping[MentionKind, int] = {MentionKind.INDEX: MOST_NAMES}
PERSONS: Mapping[MentionKind, int] = {MentionKind.PERSON: MOST_NAMES}
AUDITORS: Mapping[MentionKind, int] = {MentionKind.AUDITOR: MOST_NAMES}


@dataclass(frozen=True, slots=True)
class Takes:
    """What an answer takes into account.

    Attributes:
        cues: Beyond those that ask for nothing.
        slots: Of ``day``, ``period``, ``count``, ``bounds``.
        names: Kinds of names, and how many of each; a kind that is not there is not taken.
        needs: Without one of these cues it is not answered in this way; empty: it needs none.
    """

    cues: AbstractSet[Cue]
    slots: frozenset[str]
    names: Mapping[MentionKind, int]
    needs: AbstractSet[Cue] = frozenset()

    def is_meant(self, cues: AbstractSet[Cue]) -> bool:
        """Say whether a question with *cues* may be answered in this way."""
        return not self.needs or not self.needs.isdisjoint(cues)


def takes(
    cues: AbstractSet[Cue] = frozenset(),
    slots: str = "",
    *names: Mapping[MentionKind, int],
    needs: AbstractSet[Cue] = frozenset(),
) -> tuple[Takes, ...]:
    """Return the one way in which an intent is answered; ways are added where it has several."""
    most = {kind: number for kinds in names for kind, number in kinds.items()}
    return (Takes(cues, frozenset(slots.split()), most, needs),)
