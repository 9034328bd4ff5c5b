"""No answer invents a number: what a text says, a tool or the question has said."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

import pytest

from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration.answerer import Answerer
from tests.analyst.answers.test_understanding import PARAPHRASES
from tests.questions import scoring

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Numbers that are part of a name, or of the words for the fifty-two weeks that the exchange uses.
_WORDS = re.compile(r"S&P SL20|52-week|12 months|\b[A-Z]+\.[NXRU]\d{4}\b")


class Recorder:
    """Stands before the market and notes everything that its tools return."""

    def __init__(self, target: object, told: list[object]) -> None:
        self._target = target
        self._told = told

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - it stands for anything
        return self._noted(getattr(self._target, name))

    def __call__(self, *args: object, **named: object) -> Any:  # noqa: ANN401 - as above
        return self._noted(self._target(*args, **named))  # type: ignore[operator] # only calls are called

    def _noted(self, found: object) -> object:
        if callable(found) or type(found).__module__.endswith(tuple(_TOOLS)):
            return Recorder(found, self._told)
        self._told.append(found)
        return found


_TOOLS = (
    "activity", "auditors", "boards", "calendar", "companies", "comparisons", "days", "directory", "histories",
    "indices", "movers", "networks", "ownership", "quotes", "screens", "sectors", "totals", "trends",
)  # fmt: skip


def _numbers(told: object) -> Iterator[float]:
    """Yield every number anywhere in *told*, and how many things each list in it holds."""
    if is_dataclass(told):
        for field in fields(told):
            yield from _numbers(getattr(told, field.name))
    elif isinstance(told, str):
        yield from (float(found.replace(",", "")) for found in _NUMBER.findall(told))
    elif isinstance(told, bool | date) or told is None:
        return
    elif isinstance(told, int | float):
        yield told
    elif isinstance(told, Mapping):
        yield from _numbers([*told.keys(), *told.values()])
    elif isinstance(told, Iterable):
        items = list(told)
        yield from range(len(items) + 1)
        for item in items:
            yield from _numbers(item)


def _printed(number: float) -> Iterator[str]:
    """Yield how *number* may be printed: rounded, and as thousands, millions or billions."""
    for scale in (1, 1e3, 1e6, 1e9):
        for digits in range(4):
            for nudge in (-1e-9, 1e-9):
                yield f"{abs(number) / scale + nudge:.{digits}f}".removeprefix("-")


def _figures(text: str) -> set[str]:
    plain = _WORDS.sub(" ", _DATE.sub(" ", text))
    return {found.lstrip("+-").replace(",", "") for found in _NUMBER.findall(plain)}


@dataclass
class Overheard:
    """An answerer whose market is listened to."""

    market: Market

    def __post_init__(self) -> None:
        self._told: list[object] = []
        self._answerer = Answerer(self.market)
        self._answerer._market = Recorder(self.market, self._told)  # type: ignore[assignment] # it only listens

    def invented(self, question: str, earlier: list[str]) -> set[str]:
        """Return the numbers of the answer that nobody said before."""
        self._told.clear()
        text = self._answerer.answer(question, earlier).draft.text
        known = {
            shown for number in _numbers([*self._told, question]) for shown in _printed(number)
        }
        return _figures(text) - known


@pytest.fixture(scope="module")
def overheard(market: Market) -> Overheard:
    return Overheard(market)


ASKED: list[tuple[str, list[str]]] = [
    (asked, []) for several in PARAPHRASES.values() for asked in several
] + [(question.turns[-1], list(question.turns[:-1])) for question in scoring.load()]
ASKED += [
    (asked, [])
    for asked in (
        "foreign flows this month",
        "average turnover of the market in June",
        "how many shares fell this month",
        "which sector had the highest turnover this month",
        "best day of the ASPI this year",
        "average ASPI in June",
        "which day had the highest market turnover",
        "most active shares this week by volume",
        "price of UML on 2026-01-09",
        "top 1000 gainers",
        "JKH and HNB prices on 2026-03-17",
        "what is the price of JKH? and who owns Cargills?",
    )
]


@pytest.mark.parametrize(("question", "earlier"), ASKED, ids=[asked for asked, _ in ASKED])
def test_every_number_of_a_text_was_said_by_a_tool_or_the_question(
    overheard: Overheard, question: str, earlier: list[str]
) -> None:
    assert overheard.invented(question, earlier) == set()


def test_the_check_sees_an_invented_number(market: Market) -> None:
    """Else it would prove nothing."""
    told = [market.quotes.latest("JKH.N0000")]
    known = {shown for number in _numbers(told) for shown in _printed(number)}

    assert _figures("Rs. 19.60") <= known
    assert not _figures("Rs. 19.70") <= known


def test_every_factual_answer_states_the_date_of_the_data(answerer: Answerer) -> None:
    for question, earlier in ASKED:
        draft = answerer.answer(question, earlier).draft
        if draft.scope is not None:
            assert draft.text.endswith("Data: CSE, 2026-07-24 (delayed)")
