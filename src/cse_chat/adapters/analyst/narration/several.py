"""Answers about several companies or sectors, made of one answer for each."""

from collections.abc import Sequence
from dataclasses import replace

from cse_chat.adapters.analyst.language.intents import OF_ONE_COMPANY, Intent
from cse_chat.adapters.analyst.language.requests import Request
from cse_chat.adapters.analyst.narration.drafts import Draft, lines
from cse_chat.adapters.analyst.narration.ownership import is_of_a_pair

_MOST = 5

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
_PAIRED = frozenset({Intent.PARENT, Intent.SUBSIDIARIES})


def each(request: Request) -> tuple[Request, ...]:
    """Return *request* for each of the companies, sectors or indices it names, if it needs that."""
    if request.intent in _PAIRED and is_of_a_pair(request):
        return (request,)
    if request.intent in OF_ONE_COMPANY and len(request.companies) > 1:
        return tuple(replace(request, companies=(symbol,)) for symbol in request.companies[:_MOST])
    if request.intent in _OF_ONE_SECTOR and len(request.sectors) > 1:
        return tuple(replace(request, sectors=(code,)) for code in request.sectors[:_MOST])
    return (request,)


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
