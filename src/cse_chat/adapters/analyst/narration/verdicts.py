"""Who of several did better, or worse where that is asked."""

from collections.abc import Mapping

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.market.figures import rounded

_PAIR = 2


def verdict(returns: Mapping[str, float], cues: frozenset[Cue]) -> str:
    """Say who did better; of more than two, who did best. Nobody, where two share the lead."""
    name = leader(returns, cues)
    return f"{name} did {_degree(len(returns), cues)}." if name else nobody(cues)


def leader(returns: Mapping[str, float], cues: frozenset[Cue]) -> str | None:
    """Return whose return is highest, or lowest if the worst is asked for.

    None when it is the same, as printed, for two of them, or when there are not two to compare.
    """
    printed = {name: rounded(value, 2) for name, value in returns.items()}
    if len(printed) < _PAIR:
        return None
    best = (min if asks_worst(cues) else max)(printed.values())
    leaders = [name for name, value in printed.items() if value == best]
    return leaders[0] if len(leaders) == 1 else None


def nobody(cues: frozenset[Cue]) -> str:
    """Say that nobody leads."""
    return f"None did {_degree(_PAIR, cues)} than all others."


def compared(returns: Mapping[str, float], name: str, cues: frozenset[Cue]) -> str:
    """Say in how far the leader *name* did better or worse: ``did better (lost less)``."""
    change = rounded(returns[name], 2)
    words = ("gained less", "lost more") if asks_worst(cues) else ("gained more", "lost less")
    word = "did not move" if not change else words[change < 0]
    return f"did {_degree(len(returns), cues)} ({word})"


def asks_worst(cues: frozenset[Cue]) -> bool:
    """Say whether the worst is asked for: "lost the most", not "lost the least"."""
    falls = Cue.LOSE in cues and Cue.GAIN not in cues
    least = bool(cues & {Cue.BOTTOM, Cue.LOWER}) and not cues & {Cue.TOP, Cue.HIGHER}
    return falls != least


def _degree(sides: int, cues: frozenset[Cue]) -> str:
    better, best = ("worse", "worst") if asks_worst(cues) else ("better", "best")
    return better if sides <= _PAIR else best
