"""What is offered at a constant rate, whatever the machine does meanwhile."""

import asyncio
import time

from bench.offering import NO_CONNECTION, Offer, OfferPlan


async def test_what_was_due_while_the_offering_process_stood_still_is_offered() -> None:
    """Also at the end of a phase, and at the very end; nobody can be asked here."""
    plan = OfferPlan(
        host="127.0.0.1", port=1, phases=((500, 0.2), (1_000, 0.1)), expected="", connections=0
    )
    offering = asyncio.create_task(Offer(plan).make())
    for late in (0.15, 0.25):  # it stands still over the end of each phase
        await asyncio.sleep(late - 0.1)
        time.sleep(0.1)  # noqa: ASYNC251 -- the long turn itself
    fates = await offering

    assert [fate.kind for fate in fates] == [NO_CONNECTION] * 200
    assert sorted(fate.due for fate in fates) == [fate.due for fate in fates]
    assert sum(fate.due < 0.2 for fate in fates) == 100
