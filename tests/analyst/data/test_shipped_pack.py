"""The tables that ship with the product."""

import re

import pytest

from cse_chat.adapters.analyst.data.importer.relations import is_corporate
from cse_chat.adapters.analyst.data.packs import SHIPPED, Pack
from cse_chat.adapters.analyst.data.schema import HOLDING, SEAT, SUBSIDIARY, TABLES

JOINT_ACCOUNT = re.compile(r"\bbank\b.*( & | / )", re.IGNORECASE)
PERSONAL_TITLE = re.compile(
    r"\b(dr|mr|mrs|ms|miss|prof|professor|rev|sir|hon|deshamanya|late)\b\.?", re.IGNORECASE
)
CONTACT = re.compile(r"@|\+94|\bp\.?\s?o\.?\s?box\b|\bmawatha\b|\broad\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def shipped() -> Pack:
    return Pack.open(SHIPPED)


@pytest.fixture(scope="module")
def unlisted_holders(shipped: Pack) -> list[list[str]]:
    return [row for row in shipped.rows(HOLDING) if not row[2]]


def test_every_table_is_whole_and_has_the_rows_of_the_manifest(shipped: Pack) -> None:
    for table in TABLES:
        rows = list(shipped.rows(table))
        assert len(rows) == shipped.tables[table.name].rows > 0
        assert {len(row) for row in rows} == {len(table.columns)}


def test_the_tables_are_small(shipped: Pack) -> None:
    assert sum(path.stat().st_size for path in shipped.folder.iterdir()) < 3_000_000


def test_the_source_and_the_date_are_named(shipped: Pack) -> None:
    assert "www.cse.lk" in shipped.source
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", shipped.as_of)


def test_no_holder_is_a_joint_account_of_a_bank(unlisted_holders: list[list[str]]) -> None:
    assert [row[1] for row in unlisted_holders if JOINT_ACCOUNT.search(row[1])] == []


def test_no_holder_has_a_personal_title(unlisted_holders: list[list[str]]) -> None:
    assert [row[1] for row in unlisted_holders if PERSONAL_TITLE.search(row[1])] == []


def test_every_unlisted_holder_is_surely_corporate(unlisted_holders: list[list[str]]) -> None:
    assert [row[1] for row in unlisted_holders if not is_corporate(row[1])] == []


def test_unlisted_holders_have_5_percent_and_a_report_of_2022_or_later(
    unlisted_holders: list[list[str]],
) -> None:
    assert all(float(row[3]) >= 5 and row[6] >= "2022" for row in unlisted_holders)


def test_every_seat_has_a_date_and_a_confidence(shipped: Pack) -> None:
    assert all(row[4] and row[5] in {"high", "medium", "low"} for row in shipped.rows(SEAT))


def test_fused_names_are_marked_unclear(shipped: Pack) -> None:
    fused = [row for row in shipped.rows(SEAT) if "&" in row[1] or "/" in row[1]]
    assert {row[6] for row in fused} <= {"1"}


def test_no_address_is_stored(shipped: Pack) -> None:
    names = [row[1] for table in (HOLDING, SUBSIDIARY, SEAT) for row in shipped.rows(table)]
    assert [name for name in names if CONTACT.search(name)] == []
