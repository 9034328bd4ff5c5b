"""A thread with something in it, to be deleted."""

from datetime import timedelta

from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import a_question, a_request, an_outcome
from tests.memory import Memory

ANN, BOB = UserId("ann"), UserId("bob")
IDLE = timedelta(seconds=60)
KEPT = Durability.MEMORY


async def talked(memory: Memory) -> tuple[ChatRequest, ChatRequest]:
    """Return an answered and an open request of one thread."""
    answered = a_request()
    waiting = a_request(a_question(thread_id=answered.thread_id))
    await memory.ledger.settle(an_outcome(answered), asked=Turn.asking(answered))
    await memory.ledger.register(waiting, KEPT)
    return answered, waiting


async def is_gone(memory: Memory, thread: ThreadId) -> bool:
    page = await memory.history.page(thread, after=None, limit=9)
    return (await memory.events.since(thread, None, limit=9)).deleted and not page.turns
