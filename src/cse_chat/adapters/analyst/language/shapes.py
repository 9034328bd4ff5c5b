"""What the questions for each intent look like, and which of them a question fits best."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from cse_chat.adapters.analyst.language.company_shapes import COMPANY_SHAPES
from cse_chat.adapters.analyst.language.intents import Feature, Intent
from cse_chat.adapters.analyst.language.market_shapes import MARKET_SHAPES


def fitting_intents(features: AbstractSet[Feature]) -> Iterator[Intent]:
    """Yield the intents whose shapes fit, the best first; of equals the first listed."""
    scored = [(shape.score(features), shape.intent) for shape in (*COMPANY_SHAPES, *MARKET_SHAPES)]
    scored.sort(key=lambda pair: -pair[0])
    seen: set[Intent] = set()
    for score, intent in scored:
        if score and intent not in seen:
            seen.add(intent)
            yield intent
