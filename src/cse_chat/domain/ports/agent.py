"""Who answers."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from cse_chat.domain.model.answers import AgentEvent
from cse_chat.domain.model.history import Exchange
from cse_chat.domain.model.questions import Question


class Agent(Protocol):
    """Answers a question, knowing the exchanges before it in the thread.

    It holds no state between calls, so that any worker can take the next question; any number of
    calls run at once. An attempt may be stopped at every ``await``, by `asyncio.CancelledError`, and
    at every ``yield``, by closing the generator: it then cleans up, says nothing more and lets the
    error pass. Contract: ``tests/contracts/agent.py``.

    One that is quick, changes nothing and may be asked for nothing can have an attribute
    ``may_answer_early``, true: then it may be asked before its request is claimed (`AnswerEarly`).
    """

    def answer(self, question: Question, history: Sequence[Exchange]) -> AsyncGenerator[AgentEvent]:
        """Yield steps, pieces of text, artifacts and the basis as they come; ending is the end.

        Args:
            question: What is asked.
            history: Earlier answered exchanges of the thread, oldest first; possibly empty.

        Raises:
            AgentUnavailableError: Another attempt may succeed.
            AgentRefusedError: No attempt will; the message is for the user, and not empty.
        """
        ...
