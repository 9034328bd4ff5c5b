"""How long the channel of a request is heard, without a server."""

from collections import Counter
from datetime import timedelta

import pytest

from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.direct_replies import DirectReplies
from cse_chat.adapters.redis.subscription import Subscription
from cse_chat.domain.model.claims import Settlement
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest
from tests.builders import Clock, a_request
from tests.waiting import until


async def _settle(outcome: Outcome, *, request: ChatRequest | None) -> Settlement:
    return Settlement(outcome=outcome, done=frozenset())


@pytest.fixture
def dropped() -> Counter[str]:
    return Counter()


@pytest.fixture
async def replies(dropped: Counter[str]) -> DirectReplies:
    """Keeps two requests that nobody waits for."""
    never_opened = Subscription(
        RedisConnection("redis://127.0.0.1:1"),
        of="replies",
        channels=(),
        pulse="pulse",
        heard=lambda *_: None,
        again=lambda: None,
        silence=timedelta(seconds=1),
        patience=timedelta(seconds=1),
    )
    return DirectReplies(
        subscription=never_opened,
        settle=_settle,
        tell=lambda _: None,
        dropped=dropped,
        now=Clock(),
        most=2,
    )


async def test_of_those_that_nobody_waits_for_the_newest_are_kept(
    replies: DirectReplies, dropped: Counter[str]
) -> None:
    awaited, *left = (a_request() for _ in range(4))

    with replies.waited_for(awaited):
        for request in left:
            with replies.waited_for(request):
                pass
        kept = [request.correlation_id in replies for request in (awaited, *left)]

        assert kept == [True, False, True, True]
        assert dropped == {"crowded": 1}


async def test_one_that_is_waited_for_again_is_kept_meanwhile(replies: DirectReplies) -> None:
    again, *others = (a_request() for _ in range(4))
    with replies.waited_for(again):
        pass

    with replies.waited_for(again):
        for request in others:
            with replies.waited_for(request):
                pass
        assert again.correlation_id in replies


async def test_the_first_of_two_who_leaves_ends_nothing(replies: DirectReplies) -> None:
    """Past the deadline nothing is kept, but whoever still waits is not left alone."""
    request = a_request(deadline=timedelta(0))

    with replies.waited_for(request):
        with replies.waited_for(request):
            pass
        assert request.correlation_id in replies
    assert request.correlation_id not in replies


async def test_its_deadline_ends_it(replies: DirectReplies) -> None:
    request = a_request(deadline=timedelta(milliseconds=5))
    with replies.waited_for(request):
        pass
    assert request.correlation_id in replies

    await until(lambda: request.correlation_id not in replies)


async def test_closed_it_hears_nothing(replies: DirectReplies) -> None:
    request = a_request()
    with replies.waited_for(request):
        await replies.aclose()

    assert request.correlation_id not in replies
