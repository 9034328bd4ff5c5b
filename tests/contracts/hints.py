"""What every `Hints` must do, whatever carries them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from cse_chat.adapters.hints import HeardHints
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.model.questions import Question
from cse_chat.domain.ports.requests import Hints
from tests.builders import a_request, a_thread_id
from tests.waiting import until

Settled = Callable[[], Awaitable[None]]


class HintsContract:
    """Subclass in ``test_*.py`` and give ``hints``, ``heard`` and ``is_heard`` (returns once it is)."""

    async def test_it_is_heard_as_it_will_be_delivered(
        self, hints: Hints, heard: HeardHints, is_heard: Settled
    ) -> None:
        told: list[Hint] = []
        heard.on_hint = lambda hint, _: told.append(hint)
        question = Question(
            thread_id=a_thread_id(),
            user_id=a_request().user_id,
            text='Why did "JKH" fall? ලංකා',
            metadata={"client_type": "web"},
            begins_thread=True,
        )
        request = a_request(question, deadline=timedelta(seconds=7, microseconds=1_234))
        await is_heard()

        given = hints.give(request)
        await until(lambda: bool(told))

        assert given is not None
        assert given.request is request
        assert told[0].request.question == request.question
        assert told == [replace(given, request=told[0].request)]
        assert (given.durability, given.is_new) == (Durability.KAFKA, True)

    async def test_each_is_heard_once_in_the_order_they_were_given(
        self, hints: Hints, heard: HeardHints, is_heard: Settled
    ) -> None:
        told: list[Hint] = []
        heard.on_hint = lambda hint, _: told.append(hint)
        requests = [a_request() for _ in range(3)]
        await is_heard()

        for request in requests:
            assert hints.give(request)
        await until(lambda: len(told) >= len(requests))

        assert [hint.request for hint in told] == requests

    async def test_what_is_not_hinted_at_wakes_who_reads_seldom(
        self, hints: Hints, heard: HeardHints, is_heard: Settled
    ) -> None:
        told: list[Hint] = []
        woken: list[bool] = []
        heard.on_hint = lambda hint, _: told.append(hint)
        heard.on_wake = lambda: woken.append(True)
        await is_heard()

        hints.wake(a_request())
        await until(lambda: bool(woken))

        assert (told, woken) == ([], [True])
