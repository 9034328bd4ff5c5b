"""The analyst over the shipped market data; opened once, since nothing writes to it."""

from collections.abc import Iterator

import pytest

from cse_chat.adapters.analyst.language.lexicon import Lexicon
from cse_chat.adapters.analyst.language.linker import Linker
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration.answerer import Answerer


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with Market.open(tmp_path_factory.mktemp("market")) as opened:
        yield opened


@pytest.fixture(scope="session")
def answerer(market: Market) -> Answerer:
    return Answerer(market)


@pytest.fixture(scope="session")
def linker(market: Market) -> Linker:
    return Linker(Lexicon.of(market.directory))
