"""How companies hang together: groups, and ties between two of them."""

from dataclasses import dataclass

from cse_chat.adapters.analyst.market.results.listings import Listing
from cse_chat.adapters.analyst.market.results.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """A company of a group, `level` steps below its head; `parent` holds `pct` of it."""

    listing: Listing
    parent: Listing
    pct: float | None
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The listed companies whose chain of control leads to `head`, by level, then symbol."""

    head: Listing
    rows: tuple[GroupMember, ...]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A tie between two companies: a holding, shared directors, or both.

    When `holds` is True `first` holds `pct` percent of `second` (None: not stated). `persons`
    are the names on both boards.
    """

    first: Listing
    second: Listing
    holds: bool
    pct: float | None
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The shortest way from one company to another; no `ties` when there is none."""

    first: Listing
    second: Listing
    ties: tuple[Tie, ...]
    scope: Scope
