"""What a question names, and where."""

from dataclasses import dataclass
from enum import Enum, auto


class MentionKind(Enum):
    """What a mention stands for, which says what its `targets` are."""

    COMPANY = auto()  # one symbol
    FAMILY = auto()  # the symbols it may mean
    SECTOR = auto()  # one GICS code
    INDEX = auto()  # ASPI or SPSL20
    PERSON = auto()  # person keys; several when namesakes cannot be told apart
    AUDITOR = auto()  # one audit firm, as printed
    UNKNOWN = auto()  # symbols that sound alike, possibly none; never to be answered for


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name in the text: tokens from `start` up to, not including, `end`.

    Attributes:
        surface: The name as typed.
    """

    kind: MentionKind
    targets: tuple[str, ...]
    start: int
    end: int
    surface: str
