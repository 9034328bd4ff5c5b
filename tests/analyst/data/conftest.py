"""A market of invented companies, imported from hand-written tables in `recorded/`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.data.importer.folder import import_folder
from cse_chat.adapters.analyst.data.packs import Pack
from cse_chat.adapters.analyst.market.market import Market

RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return import_folder(RECORDED, tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="session")
def market(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with Market.open(tmp_path_factory.mktemp("data"), pack.folder) as opened:
        yield opened
