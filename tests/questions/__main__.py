"""Score the analyst on the development questions: ``python -m tests.questions``."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration.answerer import Answerer
from tests.questions.report import report
from tests.questions.scoring import FLOOR, ask, load


def main() -> int:
    """Print the results; return 0 when at least `FLOOR` questions passed, else 1."""
    with tempfile.TemporaryDirectory() as folder, Market.open(Path(folder)) as market:
        answerer = Answerer(market)

        def answer(text: str, earlier: Sequence[str]) -> str:
            return answerer.answer(text, earlier).draft.text

        results = tuple(ask(question, answer) for question in load())
    sys.stdout.write(report(results, floor=FLOOR))
    return 0 if sum(not result.failed for result in results) >= FLOOR else 1


if __name__ == "__main__":  # pragma: no cover - the tests call main()
    sys.exit(main())
