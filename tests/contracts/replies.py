"""What every `ReplyBus` must do, whatever carries the news."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from cse_chat.domain.model.ids import UserId
from cse_chat.domain.ports.replies import ReplyBus
from tests.builders import a_request, a_thread_id, an_outcome

SOON = timedelta(seconds=20)
Passes = Callable[[timedelta], Awaitable[None]]


class ReplyBusContract:
    """Subclass in ``test_*.py`` and give ``replies`` and ``passes`` (lets time pass)."""

    async def test_a_listener_hears_the_outcome(self, replies: ReplyBus) -> None:
        request = a_request()

        async with replies.listen(request.correlation_id) as next_reply:
            await replies.announce(an_outcome(request))
            heard = await next_reply(SOON)

        assert heard == an_outcome(request)

    async def test_what_is_announced_before_listening_is_not_heard(self, replies: ReplyBus) -> None:
        """It is no error either; the second one is the marker that the first did not come."""
        request, marker = a_request(), a_request()

        async with replies.listen(marker.correlation_id) as next_marker:
            await replies.announce(an_outcome(request, text="too early"))
            await replies.announce(an_outcome(marker))
            assert await next_marker(SOON)  # what was announced before it is no longer on its way
        async with replies.listen(request.correlation_id) as next_reply:
            await replies.announce(an_outcome(request, text="in time"))
            heard = await next_reply(SOON)

        assert heard == an_outcome(request, text="in time")

    async def test_a_listener_hears_only_of_its_own_request(self, replies: ReplyBus) -> None:
        asked, other = a_request(), a_request()

        async with replies.listen(asked.correlation_id) as next_reply:
            await replies.announce(an_outcome(other))
            await replies.announce(an_outcome(asked))
            heard = await next_reply(SOON)

        assert heard is not None
        assert heard.correlation_id == asked.correlation_id

    async def test_who_gives_the_request_hears_nothing_of_another_thread_or_user_under_its_id(
        self, replies: ReplyBus
    ) -> None:
        request = a_request()
        theirs = an_outcome(request, text="forged")

        async with replies.listen(request.correlation_id, request=request) as next_reply:
            await replies.announce(replace(theirs, thread_id=a_thread_id()))
            await replies.announce(replace(theirs, user_id=UserId("mallory")))
            await replies.announce(an_outcome(request))
            heard = await next_reply(SOON)

        assert heard == an_outcome(request)

    async def test_a_wait_that_is_given_up_can_be_repeated(self, replies: ReplyBus) -> None:
        request = a_request()

        async with replies.listen(request.correlation_id) as next_reply:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await next_reply(SOON)
            assert await next_reply(timedelta(milliseconds=10)) is None
            await replies.announce(an_outcome(request))
            heard = await next_reply(SOON)

        assert heard == an_outcome(request)

    async def test_without_a_wait_it_is_only_looked_at(self, replies: ReplyBus) -> None:
        request = a_request()

        async with replies.listen(request.correlation_id) as next_reply:
            assert await next_reply(timedelta(0)) is None
            replies.deliver(an_outcome(request))

            assert await next_reply(timedelta(0)) == an_outcome(request)

    async def test_all_who_listen_hear_it(self, replies: ReplyBus) -> None:
        request = a_request()
        outcome = an_outcome(request)

        async with (
            replies.listen(request.correlation_id) as one,
            replies.listen(request.correlation_id) as two,
        ):
            await replies.announce(outcome)
            heard = [await one(SOON), await two(SOON)]

        assert heard == [outcome, outcome]

    async def test_hearing_it_twice_is_no_error(self, replies: ReplyBus) -> None:
        request = a_request()
        outcome = an_outcome(request)

        async with replies.listen(request.correlation_id) as next_reply:
            await replies.announce(outcome)
            replies.deliver(outcome)
            heard = await next_reply(SOON)

        assert heard == outcome

    async def test_what_is_delivered_here_is_heard_here(self, replies: ReplyBus) -> None:
        request = a_request()

        async with replies.listen(request.correlation_id) as next_reply:
            replies.deliver(an_outcome(request))
            heard = await next_reply(SOON)

        assert heard == an_outcome(request)

    async def test_pending_are_those_who_have_listened_for_long(
        self, replies: ReplyBus, passes: Passes
    ) -> None:
        old, young = a_request().correlation_id, a_request().correlation_id

        async with replies.listen(old):
            await passes(timedelta(milliseconds=60))
            async with replies.listen(young):
                pending = replies.pending(for_longer_than=timedelta(milliseconds=50))

        assert list(pending) == [old]

    async def test_who_has_waited_long_is_pending_whoever_else_came_and_went(
        self, replies: ReplyBus, passes: Passes
    ) -> None:
        """An id that is listened for again after its first listener left is as young as that."""
        asked_twice, waiting = a_request().correlation_id, a_request().correlation_id

        async with AsyncExitStack() as second, AsyncExitStack() as first:
            await first.enter_async_context(replies.listen(asked_twice))
            async with replies.listen(waiting):
                await passes(timedelta(milliseconds=60))
                await second.enter_async_context(replies.listen(asked_twice))
                await first.aclose()

                pending = replies.pending(for_longer_than=timedelta(milliseconds=50))

        assert list(pending) == [waiting]

    async def test_leaving_ends_the_listening_even_by_an_error(self, replies: ReplyBus) -> None:
        request = a_request()

        with pytest.raises(LookupError):
            async with replies.listen(request.correlation_id):
                raise LookupError

        assert list(replies.pending(for_longer_than=timedelta(0))) == []
