"""The reply bus in memory under its contract suite, and how it loses what a real one would."""

import asyncio
from datetime import timedelta

from cse_chat.adapters.memory.replies import InMemoryReplyBus
from cse_chat.domain.model.outcomes import Outcome
from tests.builders import a_request, an_outcome
from tests.contracts.replies import ReplyBusContract
from tests.memory import Memory
from tests.unit.memory.ports import InMemoryPorts


class TestInMemoryReplyBus(InMemoryPorts, ReplyBusContract):
    async def test_an_announcement_can_be_lost(self) -> None:
        """As on a real bus; delivering again, as the sweep does, is heard."""
        lost: list[Outcome] = []

        def loses(outcome: Outcome) -> bool:
            lost.append(outcome)
            return True

        replies = InMemoryReplyBus(monotonic=lambda: 0.0, loses=loses)
        outcome = an_outcome(a_request())

        async with replies.listen(outcome.correlation_id) as next_reply:
            await replies.announce(outcome)
            assert await next_reply(timedelta(milliseconds=10)) is None
            replies.deliver(outcome)
            assert await next_reply(timedelta(seconds=2)) == outcome

        assert lost == [outcome]

    async def test_who_is_let_go_does_not_wait_now_or_later(self, memory: Memory) -> None:
        """What was told before can still be looked at."""
        request, another = a_request(), a_request()

        async with (
            memory.replies.listen(request.correlation_id) as next_reply,
            memory.replies.listen(another.correlation_id) as told,
        ):
            waiting = asyncio.ensure_future(next_reply(timedelta(hours=1)))
            await asyncio.sleep(0)
            memory.replies.deliver(an_outcome(another))
            memory.replies.let_go()

            assert await waiting is None
            assert await next_reply(timedelta(hours=1)) is None
            assert await told(timedelta(hours=1)) == an_outcome(another)

    async def test_nothing_is_kept_of_a_wait_that_is_over(self, memory: Memory) -> None:
        async with memory.replies.listen(a_request().correlation_id):
            assert len(memory.replies) == 1

        assert len(memory.replies) == 0
