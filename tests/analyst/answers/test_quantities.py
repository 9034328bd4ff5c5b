"""The quantity asked for is the one answered, checked by SQL of its own."""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cse_chat.adapters.analyst.data.builder import built
from cse_chat.adapters.analyst.data.packs import SHIPPED, Pack
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.narration.answerer import Answerer

# No corporate action in the stored period: prices are as recorded.
COMPANIES = ("JKH", "HNB", "SAMP", "DIAL", "LOLC")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    file: Path = built(Pack.open(SHIPPED), tmp_path_factory.mktemp("built"))
    connection = sqlite3.connect(file)
    yield connection
    connection.close()


def _one(database: sqlite3.Connection, query: str, **given: object) -> tuple[Any, ...]:
    row = database.execute(query, given).fetchone()
    assert row is not None
    return tuple(row)


def _said(answerer: Answerer, *turns: str) -> str:
    return answerer.answer(turns[-1], turns[:-1]).draft.text


# A question, its query, and how the row found is printed.
FIGURES = (
    (
        "average closing price of {} in June",
        "SELECT avg(close), count(*) FROM bar WHERE symbol = :s AND date LIKE '2026-06-%'",
        "average Rs. {0:,.2f} a session",
    ),
    (
        "mean price of {} in June 2026",
        "SELECT avg(close), count(*) FROM bar WHERE symbol = :s AND date LIKE '2026-06-%'",
        "({1} sessions)",
    ),
    (
        "total volume of {} in May",
        "SELECT sum(volume) FROM bar WHERE symbol = :s AND date LIKE '2026-05-%'",
        "total {0:,} shares",
    ),
    (
        "number of trades of {} this month",
        "SELECT sum(trades) FROM bar WHERE symbol = :s AND date LIKE '2026-07-%'",
        "total {0:,} trades",
    ),
    (
        "on which day did {} trade the most",
        "SELECT date, volume FROM bar WHERE symbol = :s ORDER BY volume DESC, date LIMIT 1",
        "highest volume {1:,} shares on {0}",
    ),
    (
        "on which day did {} have the highest turnover",
        "SELECT date FROM bar WHERE symbol = :s ORDER BY turnover DESC, date LIMIT 1",
        "on {0}",
    ),
    (
        "highest close of {}",
        "SELECT date, close FROM bar WHERE symbol = :s ORDER BY close DESC, date LIMIT 1",
        "highest closing price Rs. {1:,.2f} on {0}",
    ),
    (
        "when did {} have its lowest close",
        "SELECT date, close FROM bar WHERE symbol = :s ORDER BY close, date LIMIT 1",
        "lowest closing price Rs. {1:,.2f} on {0}",
    ),
    (
        "best day of {}",
        "SELECT date FROM bar WHERE symbol = :s ORDER BY close / prev_close DESC, date LIMIT 1",
        "on {0}",
    ),
    (
        "biggest daily loss of {} this year",
        "SELECT date FROM bar WHERE symbol=:s AND date>'2026' ORDER BY close/prev_close, date",
        "on {0}",
    ),
    (
        "{} high in March 2026",
        "SELECT max(close) FROM bar WHERE symbol = :s AND date LIKE '2026-03-%'",
        "highest close Rs. {0:,.2f}",
    ),
)


@pytest.mark.parametrize("base", COMPANIES)
@pytest.mark.parametrize("figure", FIGURES, ids=[question for question, *_ in FIGURES])
def test_a_figure_of_many_days_is_computed_from_them(
    answerer: Answerer, database: sqlite3.Connection, base: str, figure: tuple[str, str, str]
) -> None:
    question, query, form = figure
    row = _one(database, query, s=f"{base}.N0000")

    assert form.format(*row) in _said(answerer, question.format(base))


def test_the_median_is_the_middle_of_the_recorded_days(
    answerer: Answerer, database: sqlite3.Connection
) -> None:
    query = "SELECT volume FROM bar WHERE symbol = 'JKH.N0000' AND date LIKE '2026-06-%' ORDER BY 1"
    volumes = [row[0] for row in database.execute(query)]

    middle = volumes[len(volumes) // 2]
    assert len(volumes) % 2 == 1
    assert f"median {middle:,} shares" in _said(answerer, "median volume of JKH in June")


@pytest.mark.parametrize("field", ["turnover", "volume", "trades"])
def test_the_most_active_of_a_week_are_ranked_by_its_sum(
    answerer: Answerer, database: sqlite3.Connection, field: str
) -> None:
    rows = database.execute(
        f"""SELECT symbol FROM bar JOIN security USING (symbol)
        WHERE date BETWEEN '2026-07-20' AND '2026-07-24' AND kind IN ('voting', 'non-voting')
        GROUP BY symbol ORDER BY sum({field}) DESC, symbol LIMIT 5"""  # noqa: S608 - constants
    ).fetchall()

    asked = f"most active shares this week by {'number of trades' if field == 'trades' else field}"
    assert answerer.answer(asked).draft.subjects == tuple(symbol for (symbol,) in rows)


def test_flows_of_a_month_are_the_sum_of_its_sessions(
    answerer: Answerer, database: sqlite3.Connection
) -> None:
    net, turnover, days = _one(
        database,
        "SELECT sum(foreign_purchases - foreign_sales) / 1e6, sum(turnover) / 1e9, count(*) "
        "FROM market_day WHERE date LIKE '2026-07-%'",
    )

    text = _said(answerer, "foreign flows this month")
    assert f"net foreign {'buying' if net > 0 else 'selling'} Rs. {abs(net):,.0f} m" in text
    assert f"Rs. {turnover:,.2f} bn" in text
    assert f"Over {days} sessions" in text


def test_the_average_turnover_of_the_market_is_that_of_its_sessions(
    answerer: Answerer, database: sqlite3.Connection
) -> None:
    (mean,) = _one(
        database, "SELECT avg(turnover) / 1e9 FROM market_day WHERE date LIKE '2026-06-%'"
    )

    text = _said(answerer, "average turnover of the market in June")
    assert f"On average Rs. {mean:,.2f} bn" in text


@pytest.mark.parametrize(
    ("question", "query"),
    [
        (
            "which day had the highest market turnover",
            "SELECT date FROM market_day WHERE date >= '2025-12-08' ORDER BY turnover DESC",
        ),
        (
            "on which day was the turnover of the market lowest",
            "SELECT date FROM market_day WHERE date >= '2025-12-08' ORDER BY turnover",
        ),
    ],
)
def test_a_day_of_the_market_is_found(
    answerer: Answerer, database: sqlite3.Connection, question: str, query: str
) -> None:
    (day,) = _one(database, query)

    assert f"on {day}" in _said(answerer, question)


def test_a_day_of_an_index_is_found(answerer: Answerer, database: sqlite3.Connection) -> None:
    day, value = _one(
        database,
        "SELECT date, value FROM index_day WHERE code = 'ASPI' AND date LIKE '2026-%' "
        "ORDER BY value DESC LIMIT 1",
    )

    text = _said(answerer, "highest ASPI this year")
    assert f"highest closing value {value:,.2f} on {day}" in text


def test_sectors_of_a_month_are_ranked_by_its_sum(
    answerer: Answerer, database: sqlite3.Connection
) -> None:
    name, turnover = _one(
        database,
        "SELECT name, sum(turnover) / 1e9 FROM sector_day JOIN sector USING (gics_code) "
        "WHERE date LIKE '2026-07-%' GROUP BY gics_code ORDER BY 2 DESC LIMIT 1",
    )

    text = _said(answerer, "which sector had the highest turnover this month")
    assert text.splitlines()[1] == f"{name}: Rs. {turnover:,.2f} bn"


@pytest.mark.parametrize(
    ("question", "title", "worst_first"),
    [
        ("which sector fell most", "Worst sectors", True),
        ("which sectors lost the most today", "Worst sectors", True),
        ("worst sector today", "Worst sectors", True),
        ("weakest sectors", "Worst sectors", True),
        ("bottom 5 sectors", "Worst sectors", True),
        ("the poorest performing sectors", "Worst sectors", True),
        ("which sector gained the most today", "Best sectors", False),
        ("strongest sector", "Best sectors", False),
        ("which sector fell the least", "Best sectors", False),
        ("best and worst sectors", "Best and worst sectors", False),
    ],
)
def test_the_order_of_sectors_follows_the_question(
    answerer: Answerer,
    database: sqlite3.Connection,
    question: str,
    title: str,
    *,
    worst_first: bool,
) -> None:
    query = """
        SELECT name FROM sector_day JOIN sector USING (gics_code) WHERE date = '2026-07-24'
        ORDER BY change / (value - change)
    """
    names = [name for (name,) in database.execute(query)]

    head, first, *_ = _said(answerer, question).splitlines()
    assert head.startswith(title)
    assert first.startswith(names[0] if worst_first else names[-1])


def test_a_price_before_a_subdivision_says_so_and_gives_the_adjusted_one(
    answerer: Answerer,
) -> None:
    text = _said(answerer, "price of UML on 2026-01-09")

    assert "closed at Rs. 346.25 on 2026-01-09" in text
    assert "before a subdivision (1:10) on 2026-01-22; adjusted, the close is Rs. 34.63." in text


COUNTS: Mapping[str, tuple[Intent, str]] = {
    "top 0 gainers": (Intent.NO_SUCH_NUMBER, "1 to 50 rows, not 0"),
    "top 1000 gainers": (Intent.MOVERS, "At most 50 rows can be listed; 1,000 were asked for."),
    "top -5": (Intent.NOT_UNDERSTOOD, '"-5"'),
    "top half": (Intent.NOT_UNDERSTOOD, '"half"'),
    "top 2.5 gainers": (Intent.NOT_UNDERSTOOD, '"2.5"'),
    "top ten": (Intent.MOVERS, "10. "),
    "top 5 gainers": (Intent.MOVERS, "5. "),
}


@pytest.mark.parametrize("question", COUNTS)
def test_a_number_of_rows_is_given_or_refused(answerer: Answerer, question: str) -> None:
    intent, said = COUNTS[question]
    answered = answerer.answer(question)

    assert answered.request.intent is intent
    assert said in answered.draft.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("is UAL a subsidiary of JKH", "Yes: John Keells Holdings PLC (JKH) 90.00%"),
        ("does JKH own UAL", "Yes: John Keells Holdings PLC (JKH) 90.00%"),
        ("how much of UAL does JKH own", "John Keells Holdings PLC (JKH) 90.00% of Union"),
        ("does JKH own Dialog", "No: the data do not name"),
        ("who audits JKH and HNB", "Hatton National Bank PLC (HNB) is audited by KPMG."),
        ("which banks does KPMG audit", "KPMG audits 4 companies in Banks"),
        ("which has the higher market cap, JKH or HNB", "JKH) has the highest market cap"),
        ("which is cheaper, JKH or HNB", "JKH) has the lowest price: Rs. 19.60"),
        ("market cap of JKH on 2026-03-17", "was Rs. 334.5 bn at Rs. 18.90"),
        ("how many shares fell this month", "19 went up, 260 went down"),
        ("shares that fell below -5%", "2 shares with change % below -5.00%"),
        ("dividends of JKH in 2025", "in that time was on 2025-11-04."),
        ("did HNB beat the banking sector this year", "did better."),
        ("does KPMG audit HNB", "Yes: Hatton National Bank PLC (HNB) is audited by KPMG."),
        ("does KPMG audit JKH", "No: John Keells Holdings PLC (JKH) is audited by Ernst & Young."),
        ("when was HNB listed", "listed 1971"),
        ("LOLC holding price", "last traded at Rs. 493.25"),
        ("least active shares today", "Lowest turnover on 2026-07-24:"),
        ("least traded shares by volume this week", "Lowest volume over 5 sessions"),
        ("is ACAP delisted", "Status: delisted or suspended."),
        ("price and volume of JKH", "price Rs. 19.60"),
        ("companies with market cap between 10 and 20 billion", "above Rs. 10.0 bn and below"),
        (
            "JKH all time high",
            "highest closing price Rs. 22.90 on 2026-01-12 (of 149 recorded days",
        ),
    ],
)
def test_what_was_left_out_before_is_answered(answerer: Answerer, question: str, said: str) -> None:
    assert said in _said(answerer, question)
