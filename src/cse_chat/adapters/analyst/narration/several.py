"""Answers about several companies, sectors or indices, made of one answer for each."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from cse_chat.adapters.analyst.language.intents import OF_ONE_COMPANY, Intent
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.ownership import is_of_a_pair

# Asked of several sectors, these are answered for each of them.
_OF_ONE_SECTOR = frozenset(
    {
        Intent.ACTIVE,
        Intent.AUDIT_CLIENTS,
        Intent.BREADTH,
        Intent.FILTER,
        Intent.MOVERS,
        Intent.RANKING,
        Intent.SECTOR_MEMBERS,
    }
)
_OF_ONE_INDEX = frozenset({Intent.DAYS, Intent.INDEX_HISTORY, Intent.STATISTICS})
_OF_ONE_AUDITOR = frozenset({Intent.AUDIT_CLIENTS})
_PAIRED = frozenset({Intent.PARENT, Intent.SUBSIDIARIES})


def each(request: Request) -> tuple[Request, ...]:
    """Return *request* for each of the names that are answered for one at a time; none is dropped."""
    intent = request.intent
    if intent in _PAIRED and is_of_a_pair(request):
        return (request,)
    return tuple(
        replace(request, companies=companies, indices=indices, sectors=sectors, auditors=auditors)
        for (companies, indices), sectors, auditors in product(
            _subjects(request),
            _apart(request.sectors, one_by_one=intent in _OF_ONE_SECTOR),
            _apart(request.auditors, one_by_one=intent in _OF_ONE_AUDITOR),
        )
    )


def _subjects(request: Request) -> Sequence[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the companies and indices of each answer."""
    companies = _apart(request.companies, one_by_one=request.intent in OF_ONE_COMPANY)
    if request.intent not in _OF_ONE_INDEX or not request.indices:
        return [(names, request.indices) for names in companies]
    of_companies = [(names, ()) for names in companies if names]
    return [*of_companies, *(((), (index,)) for index in request.indices)]


def _apart(names: tuple[str, ...], *, one_by_one: bool) -> Sequence[tuple[str, ...]]:
    return [(name,) for name in names] if one_by_one and names else [names]


def together(drafts: Sequence[Draft]) -> Draft:
    """Put answers one after the other; the first with facts gives the date and the source."""
    if len(drafts) == 1:
        return drafts[0]
    subjects = [symbol for draft in drafts for symbol in draft.subjects]
    return Draft(
        text=lines(*dict.fromkeys(draft.text for draft in drafts)),
        artifacts=tuple(artifact for draft in drafts for artifact in draft.artifacts),
        scope=next((draft.scope for draft in drafts if draft.scope is not None), None),
        subjects=tuple(dict.fromkeys(subjects)),
    )
