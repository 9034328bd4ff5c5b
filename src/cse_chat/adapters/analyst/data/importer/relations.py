"""Owners, subsidiaries, boards and auditors, taken from annual reports.

No private person's shareholding is taken over. A board seat is, with its date and confidence.
"""

import re
from pathlib import Path

from cse_chat.adapters.analyst.data.importer.source import Row, read

LEAST_PCT = 5.0
LEAST_AS_OF = "2022"

# A holder named with one of these is a legal person. A name without any, of more than one word,
# may be a private person and is left out.
CORPORATE_WORDS = """
account agency agro associated authority bank board bros brothers building capital cement ceylon
city club co co-operative company consolidated consultancy consultant corporation dairies
development distributors dockyard eco embellishers engineering enterprises equities equity
estate estates exchange export exports finance financial food foods foundation fund funds gmbh
government group holding holdings hospital hospitality hotel hotels housing inc inclusion
industries insurance international investment investments labuan land lanka leasing leisure
limited ltd management marine media mills motors packaging plantation plantations plc power
products properties property realty renewable residencies resort resources retail retailing
securities services shipping society solutions stores sugar tea teas technologies technology
telecom textiles tours towers traders trading travels treasury trust trustee trustees union
unions unit venture ventures works
"""
CORPORATE = frozenset(CORPORATE_WORDS.split())
TITLE = re.compile(r"\b(dr|mr|mrs|ms|miss|prof|rev|sir|hon|master|estate of)\b", re.IGNORECASE)
# "Some Bank & Another", "Some Bank / Another": a lender's joint account, often with a person
JOINT_BANK = re.compile(r"\bbank\b.*\s[&/]\s|\S/(?!C\b)\s*\S", re.IGNORECASE)
# "Another & Some Finance": beside a lender each name must be a company's by itself
LENDER = re.compile(r"\b(bank|capital|finance|leasing|securities)\b", re.IGNORECASE)
OFFICERS = frozenset(
    {"Chief Financial Officer", "Chief Operating Officer", "Company Secretary", "Director Finance"}
)
FUSED = re.compile(r"\s[&/]\s|\sand\s")
MINOR_TITLE = "Board Member"


def is_corporate(name: str) -> bool:
    """Tell whether a holder's name is surely that of a company, fund or public body."""
    if TITLE.search(name) or JOINT_BANK.search(name):
        return False
    if LENDER.search(name):
        return all(_has_corporate_form(part) for part in re.split(r"\s[&/]\s", name))
    return _has_corporate_form(name)


def _has_corporate_form(name: str) -> bool:
    words = re.findall(r"[a-z][a-z-]*", name.lower())
    return len(words) == 1 or not CORPORATE.isdisjoint(words)


def holding_rows(listed: Path, holders: Path) -> list[list[str]]:
    """Make the table `holding` from holdings between listed companies and lists of holders."""
    as_of: dict[tuple[str, str], str] = {}
    unlisted: dict[tuple[str, str], Row] = {}
    for row in read(holders, "symbol", "holder", "holder_symbol", "pct", "as_of", "note"):
        if row["holder_symbol"]:
            pair = row["symbol"], row["holder_symbol"]
            as_of[pair] = max(as_of.get(pair, ""), row["as_of"])
        elif _is_taken(row):
            pair = row["symbol"], row["holder"].replace("\u2019", "'")
            if pair not in unlisted or float(row["pct"]) > float(unlisted[pair]["pct"]):
                unlisted[pair] = row
    stated = read(listed, "owner_symbol", "owned_symbol", "pct", "confidence", "evidence")
    rows = [_listed(row, as_of) for row in stated]
    rows += [[*pair, "", row["pct"], "1", "medium", row["as_of"]] for pair, row in unlisted.items()]
    return rows


def _is_taken(row: Row) -> bool:
    return bool(
        not row["note"]
        and row["symbol"]
        and row["pct"]
        and float(row["pct"]) >= LEAST_PCT
        and row["as_of"] >= LEAST_AS_OF
        and is_corporate(row["holder"])
    )


def _listed(row: Row, as_of: dict[tuple[str, str], str]) -> list[str]:
    owned, owner = row["owned_symbol"], row["owner_symbol"]
    direct = "1" if "holder list" in row["evidence"] else "0"
    date = as_of.get((owned, owner), "")
    return [owned, owner, owner, row["pct"], direct, row["confidence"], date]


def subsidiary_rows(path: Path) -> list[list[str]]:
    """Make the table `subsidiary`: the unlisted ones, the larger share where two are stated."""
    largest: dict[tuple[str, str], str] = {}
    for row in read(path, "symbol", "subsidiary", "subsidiary_symbol", "pct"):
        pair = row["symbol"], row["subsidiary"]
        if row["symbol"] and not row["subsidiary_symbol"]:
            largest[pair] = max(largest.get(pair, ""), row["pct"], key=lambda pct: float(pct or 0))
    return [[*pair, pct] for pair, pct in largest.items()]


def seat_rows(path: Path) -> list[list[str]]:
    """Make the table `seat`: directors and chief executives, other officers left out."""
    columns = ("symbol", "person", "person_key", "title", "all_titles", "as_of", "confidence")
    return [
        [
            row["symbol"],
            row["person"],
            row["person_key"],
            _title(row),
            row["as_of"],
            row["confidence"],
            "1" if FUSED.search(row["person"]) else "0",
        ]
        for row in read(path, *columns)
        if row["title"] not in OFFICERS and row["as_of"] and row["confidence"]
    ]


def _title(row: Row) -> str:
    """Join the titles, the main one first, without a plain membership beside a fuller title."""
    others = [
        t for t in row["all_titles"].split(" / ") if t and t not in {row["title"], MINOR_TITLE}
    ]
    return " / ".join([row["title"], *others])


def auditor_rows(path: Path) -> list[list[str]]:
    """Make the table `auditor`."""
    return [[row["symbol"], row["auditor"]] for row in read(path, "symbol", "auditor")]
