"""Partitions that are held and have nothing in hand, and those that are no longer held."""

from datetime import timedelta

import pytest

from cse_chat.domain.errors import TransportError
from cse_chat.domain.model.applied import Answered
from cse_chat.domain.use_cases.apply_responses import OVERLAP
from tests.builders import NOON, a_request, an_outcome
from tests.unit.use_cases.ledger_loss import Scene

EARLIER = timedelta(minutes=20)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def busy(scene: Scene) -> Scene:
    """With a request in hand in partition 0."""
    scene.in_hand(a_request(), appended=NOON)
    return scene


async def test_keeping_applies_what_lacks_a_mark_and_leaves_the_rest(scene: Scene) -> None:
    for partition in (1, 2):
        scene.in_hand(a_request(), partition=partition, appended=NOON)

    await scene.apply.keep()
    await scene.apply.keep()

    assert [set(times) for times in scene.log.asked] == [{1, 2}]
    assert scene.marks.complete_now == {1, 2}


async def test_a_partition_that_was_lost_is_left_to_whoever_has_it_now(busy: Scene) -> None:
    busy.lanes.revoke([0])

    with pytest.raises(TransportError):
        await busy.apply(0)

    assert busy.log.asked == []


async def test_an_idle_partition_is_looked_at_once_and_nobody_vouches_for_it(
    scene: Scene,
) -> None:
    """What comes of it first may be older than what was looked at."""
    request = a_request()
    scene.log.kept.append(Answered(outcome=an_outcome(request), request=request))
    scene.assigned = (5,)

    await scene.apply.keep()
    await scene.apply.keep()

    assert await scene.memory.outcome_of(request) == an_outcome(request)
    assert [times for times in scene.log.asked if times] == [{5: NOON - 2 * OVERLAP}]
    assert scene.marks.complete_now == set()

    scene.in_hand(a_request(), partition=5, appended=NOON - EARLIER)
    await scene.apply(5)

    assert scene.log.asked[-1] == {5: NOON - EARLIER - OVERLAP}
    assert scene.marks.complete_now == {5}


async def test_an_idle_partition_is_looked_at_again_when_the_server_is_another(
    scene: Scene,
) -> None:
    scene.assigned = (5,)
    await scene.apply.keep()
    scene.marks.run_id = "third"

    await scene.apply.keep()

    assert len([times for times in scene.log.asked if times]) == 2


async def test_an_idle_partition_with_a_mark_is_vouched_for(scene: Scene) -> None:
    scene.assigned = (5,)
    scene.marks.until = {5: NOON - EARLIER}

    await scene.apply.keep()

    assert scene.log.asked == [{5: NOON - EARLIER - OVERLAP}]
    assert scene.marks.complete_now == {5}


async def test_keeping_with_nothing_in_hand_does_nothing(scene: Scene) -> None:
    await scene.apply.keep()

    assert scene.log.asked == []
