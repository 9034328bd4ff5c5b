"""Conversations that have been, for suites about what is known of them."""

from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.ports.ledger import Ledger
from tests.builders import a_question, a_request, an_outcome, turns_of


async def told(ledger: Ledger, thread: ThreadId, number: int) -> list[Turn]:
    """Settle *number* answered requests in *thread*; return their turns, oldest first."""
    turns: list[Turn] = []
    for n in range(number):
        request = a_request(a_question(f"Question {n}", thread_id=thread))
        outcome = an_outcome(request, text=f"Answer {n}")
        await ledger.settle(outcome, asked=Turn.asking(request))
        turns += turns_of(request, outcome)
    return turns
