"""A request takes a slot before it claims, and holds it no longer than its attempt."""

import asyncio
from datetime import timedelta

from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.use_cases.process_request import Progress
from tests.builders import a_request, an_outcome
from tests.memory import Memory, ScriptedAgent


async def test_anothers_live_claim_is_waited_for_without_a_slot() -> None:
    """Its holder is gone, so the lease runs out while it is looked at every quarter second."""
    memory = Memory()
    request = a_request()
    delivery = await memory.delivered(request)
    await memory.ledger.claim(request, Durability.MEMORY)

    await memory.process_request(ScriptedAgent("taken over"))(delivery, Progress())

    assert memory.pauses == [timedelta(milliseconds=250)] * 20
    assert (await memory.outcome_of(request)).attempt == 2


async def test_no_more_agents_run_than_there_are_slots() -> None:
    memory = Memory()
    go_on = asyncio.Event()
    agent = ScriptedAgent(go_on, go_on)
    process = memory.process_request(agent, slots=1)
    running = [
        asyncio.create_task(process(await memory.delivered(a_request()), Progress()))
        for _ in range(2)
    ]
    await agent.started.wait()
    await asyncio.sleep(0)

    asked_at_once = len(agent.asked)
    go_on.set()
    await asyncio.gather(*running)

    assert (asked_at_once, len(agent.asked)) == (1, 2)


async def test_who_waits_for_a_slot_has_claimed_nothing() -> None:
    """So it costs no renewals, and its thread is free for whoever takes over."""
    memory = Memory()
    process = memory.process_request(ScriptedAgent(asyncio.Event()), slots=1)
    running = asyncio.create_task(process(await memory.delivered(a_request()), Progress()))
    request = a_request()
    waiting = asyncio.create_task(process(await memory.delivered(request), Progress()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert isinstance(await memory.ledger.claim(request, Durability.MEMORY), Claim)
    for task in (running, waiting):
        task.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)


async def test_who_waits_for_a_slot_again_is_not_answering() -> None:
    """It was settled, and its tail failed: whoever gives its partition free may stop it now."""
    memory = Memory()
    process = memory.process_request(ScriptedAgent(asyncio.Event()), slots=1)
    running = asyncio.create_task(process(await memory.delivered(a_request()), Progress()))
    await asyncio.sleep(0)
    progress = Progress()
    progress.answering = True

    waiting = asyncio.create_task(process(await memory.delivered(a_request()), progress))
    await asyncio.sleep(0)

    assert not progress.answering
    for task in (running, waiting):
        task.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)


async def test_what_the_deadline_ends_needs_no_slot() -> None:
    memory = Memory()
    agent = ScriptedAgent(asyncio.Event())
    process = memory.process_request(agent, slots=1)
    running = asyncio.create_task(process(await memory.delivered(a_request()), Progress()))
    await agent.started.wait()
    request = a_request(deadline=timedelta(milliseconds=10))

    await process(await memory.delivered(request), Progress())

    assert (await memory.outcome_of(request)).status is Status.EXPIRED
    assert len(agent.asked) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_is_settled_before_a_slot_is_free_runs_no_agent() -> None:
    memory = Memory()
    go_on = asyncio.Event()
    agent = ScriptedAgent(go_on, "second")
    process = memory.process_request(agent, slots=1)
    running = asyncio.create_task(process(await memory.delivered(a_request()), Progress()))
    await agent.started.wait()
    request = a_request()
    waiting = asyncio.create_task(process(await memory.delivered(request), Progress()))
    await asyncio.sleep(0)
    await memory.ledger.settle(an_outcome(request, Status.CANCELLED))

    go_on.set()
    await asyncio.gather(running, waiting)

    assert len(agent.asked) == 1
