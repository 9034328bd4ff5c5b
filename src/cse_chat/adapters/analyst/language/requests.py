"""What a question was understood to ask."""

from dataclasses import dataclass, field

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.periods import When
from cse_chat.adapters.analyst.language.slots import Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An intent with everything its tool needs.

    Attributes:
        companies: Symbols, in the order named.
        candidates: Symbols of which one is meant, when a name is ambiguous; else empty.
        family: The ambiguous name, as typed.
        unknown: Names that are no company of the data, as typed.
        alike: Symbols that resemble an unknown name; to be offered, never to be answered for.
        sectors: GICS codes, in the order named.
        indices: ``ASPI``, ``SPSL20``.
        persons: Keys; several are namesakes.
        auditors: Audit firms, as printed.
        count: Rows asked for, as typed; None when the question does not say.
        bounds: A threshold.
        no_date: What is written as a date and is none, as typed.
        unread: What of the question was not understood, as typed.
        instead: What could be answered without it.
        cues: The hints found; they choose fields and directions.
        in_sinhala: The question uses the Sinhala script.
    """

    intent: Intent
    companies: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    family: str = ""
    unknown: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    auditors: tuple[str, ...] = ()
    when: When | None = None
    count: int | None = None
    bounds: Bounds | None = None
    no_date: str | None = None
    unread: tuple[str, ...] = ()
    instead: Intent | None = None
    cues: frozenset[Cue] = field(default_factory=frozenset)
    in_sinhala: bool = False

    @property
    def sector(self) -> str | None:
        """The sector that narrows a ranking, if one is named."""
        return self.sectors[0] if self.sectors else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the thread was about before this question.

    Attributes:
        request: The last question that was understood and answered with facts.
        results: Symbols its answer listed, in the order shown.
    """

    request: Request | None = None
    results: tuple[str, ...] = ()

    @property
    def companies(self) -> tuple[str, ...]:
        """The companies that "it" or "they" can mean."""
        if self.request is not None and self.request.companies:
            return self.request.companies
        return self.results


NOTHING_SAID = Context()
