"""An answer before it is sent."""

from dataclasses import dataclass

from cse_chat.adapters.analyst.market.results.scope import Scope
from cse_chat.domain.model.artifacts import Artifact

NOT_ADVICE = "This is not investment advice."


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a tool's result was put into.

    Attributes:
        text: The answer first, then what it rests on; without the line of the data date.
        artifacts: Tables and series with the same figures.
        scope: Of the result; None when the answer states no fact of the data.
        subjects: Symbols the answer lists, in order, for "the first one".
    """

    text: str
    artifacts: tuple[Artifact, ...] = ()
    scope: Scope | None = None
    subjects: tuple[str, ...] = ()


def lines(*parts: str) -> str:
    """Join the parts that are not empty, each on its own line."""
    return "\n".join(part for part in parts if part)


def basis_of(scope: Scope) -> str:
    """Return what a ranking counts, and how, as a sentence."""
    parts = "; ".join(part for part in (scope.universe, scope.basis) if part)
    return f"Basis: {parts}." if parts else ""


def closing_line(scope: Scope) -> str:
    """Return the line that every factual answer ends with."""
    return f"Data: CSE, {scope.data_date} (delayed)"
