"""What a worker knows of requests that it answered before they were delivered."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.entrypoints.worker import ahead
from cse_chat.entrypoints.worker.ahead import Ahead
from cse_chat.entrypoints.worker.pace import Pace
from tests.builders import a_question, a_request
from tests.unit.worker.hinted import SAID, SIZE, Scene, early_answer
from tests.waiting import until


@pytest.fixture
async def scene() -> AsyncGenerator[Scene]:
    scene = Scene()
    async with scene.ahead:
        yield scene


async def test_it_is_known_until_its_delivery_is_finished(scene: Scene) -> None:
    """A ledger that has lost what was told is given the same again."""
    request = a_request()
    scene.hint(request)
    await until(lambda: scene.answered == [request])
    await asyncio.sleep(0)
    scene.failure = TransportError("gone")
    with pytest.raises(TransportError):
        await scene.deliver(request)
    scene.failure = None

    await scene.deliver(request)
    await scene.deliver(request)

    assert scene.used == [early_answer(request), early_answer(request), None]
    assert scene.pace.noted == [True, False]
    assert scene.waiting == ["gateway-1"]
    assert scene.addresses(request.correlation_id) is None


@pytest.mark.parametrize("says_nothing", [False, True])
async def test_an_answer_that_was_not_there_at_the_delivery_was_waited_for(
    scene: Scene, *, says_nothing: bool
) -> None:
    request = a_request()
    scene.let.clear()
    scene.error = TransportError("gone") if says_nothing else None
    scene.hint(request)
    delivering = asyncio.create_task(scene.deliver(request))
    await asyncio.sleep(0)
    scene.let.set()
    await delivering

    assert (scene.used == [None]) is says_nothing
    assert scene.pace.noted == [False]


async def test_what_is_not_hinted_at_is_to_be_read_soon(scene: Scene) -> None:
    for _ in range(100):
        Pace.note(scene.pace, was_answered=True)
    pausing = asyncio.create_task(scene.pace.pause())
    await asyncio.sleep(0)

    scene.hints.wake(a_request())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert pausing.done()


async def test_what_is_not_urgent_is_said_together(scene: Scene) -> None:
    scene.is_urgent = False
    requests = [a_request() for _ in range(3)]
    for request in requests:
        scene.hint(request)
    loop = asyncio.get_running_loop()
    times: list[float] = []

    async def wait(request: ChatRequest, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await scene.answered_to(request)
        times.append(loop.time())

    await asyncio.gather(*(wait(request, n / 1000) for n, request in enumerate(requests)))

    assert len(times) == 3
    assert max(times) - min(times) < 0.002


async def test_who_hurries_does_not_wait_for_others(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_TOGETHER", 3_600.0)
    scene.is_urgent = False
    requests = [a_request() for _ in range(2)]
    for request in requests:
        scene.hint(request)
        waiting = asyncio.create_task(scene.answered_to(request))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not waiting.done()

        scene.ahead.hurry()
        scene.ahead.hurry()

        assert await waiting == early_answer(request)


async def test_a_delivery_waits_for_what_is_under_way(scene: Scene) -> None:
    scene.let.clear()
    request = a_request()
    scene.hint(request)
    waiting = asyncio.create_task(scene.answered_to(request))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()

    scene.let.set()

    assert await waiting == early_answer(request)


async def test_who_gives_up_waiting_stops_nothing(scene: Scene) -> None:
    scene.let.clear()
    request = a_request()
    scene.hint(request)
    waiting = asyncio.create_task(scene.answered_to(request))
    await asyncio.sleep(0)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    scene.let.set()

    await until(lambda: scene.answered == [request])


async def test_what_nobody_hinted_at_is_not_known(scene: Scene) -> None:
    assert await scene.answered_to(a_request()) is None


async def test_what_was_answered_must_be_what_is_in_the_log(scene: Scene) -> None:
    """Anybody may publish a hint, under any id."""
    request = a_request()
    scene.hint(replace(request, question=a_question("Something else?")))
    await until(lambda: bool(scene.answered))

    assert await scene.answered_to(request) is None


async def test_the_same_hint_again_is_answered_once(scene: Scene) -> None:
    request = a_request()
    scene.hint(request)
    scene.hint(request)

    assert await scene.answered_to(request) == early_answer(request)
    assert scene.answered == [request]


async def test_an_error_is_logged_and_left_to_the_delivery(scene: Scene) -> None:
    scene.error = ZeroDivisionError("a bug")
    request = a_request()

    with capture_logs() as events:
        scene.hint(request)
        assert await scene.answered_to(request) is None

    assert [event["event"] for event in events] == ["answering_ahead_failed"]
    assert scene.addresses(request.correlation_id) is None


async def test_what_is_not_delivered_soon_is_forgotten(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_KEPT_FOR", 0.01)
    request = a_request()
    scene.hint(request)
    await until(lambda: scene.answered == [request])

    await until(lambda: not scene.ahead._hinted)

    assert await scene.answered_to(request) is None
    assert scene.ahead._bytes == 0


@pytest.mark.parametrize("limit", ["_MOST", "_MOST_BYTES"])
async def test_where_as_much_is_waited_for_as_may_be_remembered_a_hint_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    scene.said = SAID
    monkeypatch.setattr(ahead, limit, 2 if limit == "_MOST" else 2 * SIZE)
    requests = [a_request() for _ in range(3)]
    for request in requests[:2]:
        scene.hint(request)
        await until(lambda request=request: scene.answered[-1:] == [request])  # type: ignore[misc] # awaited here

    scene.hint(requests[2])
    assert await scene.answered_to(requests[2]) is None
    await scene.deliver(requests[0])
    scene.hint(requests[2])

    assert await scene.answered_to(requests[2]) is not None


async def test_what_the_agent_had_no_answer_to_takes_no_room(scene: Scene) -> None:
    scene.error = ZeroDivisionError("a bug")
    scene.hint(a_request())

    await until(lambda: bool(scene.waiting) and not scene.ahead._hinted)


@pytest.mark.parametrize("is_delivered", [False, True])
async def test_its_end_stops_what_is_under_way_and_hears_no_more(*, is_delivered: bool) -> None:
    scene = Scene()
    scene.let.clear()
    request = a_request()
    before = asyncio.all_tasks()
    async with scene.ahead:
        scene.hint(request)
        await asyncio.sleep(0)
        if is_delivered:  # by a job that was stopped itself
            job = asyncio.create_task(scene.answered_to(request))
            await asyncio.sleep(0)
            job.cancel()
            await asyncio.wait({job})
    assert asyncio.all_tasks() == before
    scene.hint(a_request())

    assert await scene.answered_to(request) is None
    assert scene.answered == []
    assert scene.addresses(request.correlation_id) is None


async def test_while_it_drains_nothing_more_is_heard(scene: Scene) -> None:
    before, after = a_request(), a_request()
    scene.hint(before)

    scene.ahead.hear_no_more()
    scene.hint(after)

    assert await scene.answered_to(before) == early_answer(before)
    assert await scene.answered_to(after) is None


async def test_an_address_is_known_while_either_of_two_that_have_it_in_hand(
    scene: Scene,
) -> None:
    request = a_request()
    addresses, correlation_id = scene.addresses, request.correlation_id

    with addresses.known(correlation_id, "gateway-1"):
        with addresses.known(correlation_id, "gateway-1"):
            pass
        assert addresses(correlation_id) == "gateway-1"
        with addresses.known(correlation_id, "no address!"):
            assert addresses(correlation_id) == "gateway-1"
    assert addresses(correlation_id) is None


async def test_an_agent_that_goes_on_does_not_keep_it_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ahead, "_STOPPING", 0.01)
    scene = Scene()
    go_on = asyncio.Event()

    async def stubborn(_: Hint) -> None:
        while not go_on.is_set():
            with suppress(asyncio.CancelledError):
                await go_on.wait()

    stays = Ahead(heard=scene.hints, answer=stubborn, addresses=scene.addresses, pace=scene.pace)
    with capture_logs() as logs:
        async with stays:
            scene.hint(a_request())
            await asyncio.sleep(0)
    assert [log["event"] for log in logs] == ["stopping_overdue"]

    go_on.set()
    await until(lambda: not stays._tasks)
