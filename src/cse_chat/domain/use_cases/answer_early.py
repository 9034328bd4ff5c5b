"""Have an agent answer before its request is claimed."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cse_chat.domain.errors import AgentError
from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Delivery, Hint
from cse_chat.domain.model.ids import ThreadId
from cse_chat.domain.model.utterances import Utterances
from cse_chat.domain.use_cases.run_agent import RunAgent

_FIRST_ATTEMPT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEarly:
    """Ask an agent that allows it at once, so that claim and settlement can be one step.

    It is asked where the answer most likely holds (`EarlyAnswer`): what nobody can have been given
    before, in a thread of which nothing has come here. Else, and whatever goes wrong, it is asked
    under a claim: only those attempts count, and stop a request that always crashes its worker.

    Attributes:
        is_allowed: The agent may be asked for nothing: see `Agent`.
        limit: How long it may take; it need not be seen to run, nor be stopped, so soon.
        remembered: How many threads are known to have begun; of one that is forgotten an answer may
            be given for nothing.
    """

    run_agent: RunAgent
    is_allowed: bool
    now: Callable[[], datetime]
    limit: timedelta = timedelta(seconds=1)
    remembered: int = 20_000
    # Its first is found at once; of a plain dict it is looked for behind all that were forgotten.
    _seen: OrderedDict[ThreadId, None] = field(default_factory=OrderedDict, init=False)

    async def __call__(self, delivery: Delivery | Hint) -> EarlyAnswer | None:
        """Return what the agent answers; ``None`` where it is to be asked under a claim."""
        if not self.is_allowed or not self._is_first_of(delivery.request.thread_id):
            return None
        left = min(self.limit, delivery.request.deadline - self.now()).total_seconds()
        if not delivery.is_new or left <= 0:
            return None
        said = Utterances()
        try:
            async with asyncio.timeout(left):
                outcome = await self.run_agent(delivery, (), said.say, attempt=_FIRST_ATTEMPT)
        except (AgentError, TimeoutError):
            return None
        return EarlyAnswer(outcome=outcome, said=said.taken())

    def _is_first_of(self, thread_id: ThreadId) -> bool:
        if thread_id in self._seen:
            return False
        self._seen[thread_id] = None
        if len(self._seen) > self.remembered:
            self._seen.popitem(last=False)
        return True
