"""Broken variants of the product, each of which the oracle must see: else its silence says nothing."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from cse_chat.domain.model.claims import Claim, EarlyAnswer
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.model.ids import ClaimToken, UserId
from cse_chat.domain.model.outcomes import Durability, Outcome
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.process_request import Progress
from tests.faults.oracle import faults_of, twice_at_once, unfinished_below_commit
from tests.faults.virtual_time import quiet, run_virtual
from tests.faults.workers import Worker
from tests.faults.world import SESSION, World


class NoClaims:
    """Lets everybody work on everything."""

    def __init__(self) -> None:
        self._attempts = count(1)

    async def claim(
        self,
        request: ChatRequest,
        durability: Durability,
        *,
        partition: int | None = None,
        remembered: int = 0,
        early: EarlyAnswer | None = None,
    ) -> Claim:
        attempt = next(self._attempts)
        return Claim(
            correlation_id=request.correlation_id,
            thread_id=request.thread_id,
            attempt=attempt,
            spent=0,
            token=ClaimToken(f"unchecked-{attempt}"),
        )

    async def renew(self, claims: Collection[Claim]) -> Collection[Claim]:
        return ()

    async def release(self, claim: Claim, *, spent: bool) -> None:
        """Give nothing free."""


Breaking = Callable[[Worker], None]


def commits_before_it_works(worker: Worker) -> None:
    """Count a record as done once it is read: what is lost with the process is lost for good."""
    right = worker.engine._process

    async def process(delivery: Delivery, progress: Progress) -> None:
        worker.world.broker.committed[0] = delivery.record.offset + 1
        await right(delivery, progress)

    worker.engine._process = process


def forgets_the_tail(worker: Worker) -> None:
    """Leave settled what is settled: no response record, no dead letter."""

    async def finish_tail(*_: object) -> None:
        """Do nothing."""

    _swap(worker, finish_tail=finish_tail)


def tells_without_settling(worker: Worker) -> None:
    """Announce the outcome instead of deciding it."""

    async def record_history(*_: object, **__: object) -> object:
        await asyncio.sleep(0)
        return None

    _swap(worker, record_history=record_history, finish_tail=record_history)


def swaps_answers(worker: Worker) -> None:
    """Answer each question with the answer to the one before."""
    said = ["answer to nobody"]
    right = worker.process_request.run_agent

    async def run_agent(*given: Any, **named: Any) -> Outcome:  # noqa: ANN401 -- passed on
        outcome: Outcome = await right(*given, **named)
        assert outcome.answer is not None
        said.append(outcome.answer.text)
        return replace(outcome, answer=replace(outcome.answer, text=said[-2]))

    _swap(worker, run_agent=run_agent)


def commits_whatever_is_finished(worker: Worker) -> None:
    """Commit behind the last finished record, not behind the finished prefix."""
    right = worker.engine._lanes.finished

    def finished() -> Any:  # noqa: ANN401 -- what the right one returns
        told = right()
        positions = {p: max(offsets) + 1 for p, offsets in told.offsets.items()}
        return replace(told, positions=positions)

    worker.engine._lanes.finished = finished  # type: ignore[method-assign] # broken on purpose


def _swap(worker: Worker, **parts: object) -> None:
    worker.engine._process = replace(worker.process_request, **parts)  # type: ignore[arg-type] # its parts


async def _verdict(breaking: Breaking | None, *, killed_after: float) -> list[str]:
    world = World(partitions=1)
    await world.ask("slow", thread="t")
    await world.ask("answer", thread="u")
    await world.ask("refuse", thread="v")
    first = Worker(world)
    second = Worker(world)
    for worker in (first, second):
        if breaking:
            breaking(worker)
        await worker.start()
        await world.broker.spread([worker.member])
        await asyncio.sleep(killed_after if worker is first else 20)
        if worker is first:
            worker.process.kill()
            await worker.bury()
            await asyncio.sleep(SESSION.total_seconds())
    await second.stop()
    return await faults_of(world, most_executions=2)


def test_the_product_as_it_is_has_no_fault() -> None:
    assert run_virtual(_verdict(None, killed_after=0.5)) == []


@pytest.mark.parametrize(
    ("breaking", "seen"),
    [
        (commits_before_it_works, "no outcome"),
        (commits_whatever_is_finished, "no outcome"),
        (forgets_the_tail, "its tail is"),
        (tells_without_settling, "no outcome"),
        (swaps_answers, "answered"),
    ],
)
def test_a_broken_variant_is_seen(breaking: Breaking, seen: str) -> None:
    found = run_virtual(_verdict(breaking, killed_after=0.5))

    assert any(seen in fault for fault in found), found


def test_two_agents_on_one_thread_are_seen() -> None:
    """Without claims, the next reader begins while the agent of the one before still runs."""

    async def scene() -> tuple[list[str], list[str]]:
        world = World(partitions=1)
        await world.ask("slow", thread="t")
        workers = [Worker(world, claims=NoClaims()) for _ in range(2)]
        for worker in workers:
            await worker.start()
            await world.broker.spread([worker.member])
            await quiet()
        at_once = twice_at_once(world)
        await asyncio.sleep(2)
        for worker in workers:
            await worker.stop()
        return at_once, await faults_of(world)

    at_once, found = run_virtual(scene())

    assert at_once == ["t: 2 agents at once"]
    assert any("executions" in fault for fault in found), found


@dataclass
class Tampered:
    """One thing done to a world in which all went well, and what the oracle says of it."""

    tamper: Callable[[World], None]
    seen: str


def _lose_response(world: World) -> None:
    world.responses._outcomes._values.clear()


def _double_turn(world: World) -> None:
    turns = next(iter(world.history._threads._kept.values()))[1].turns
    turns.pop(next(reversed(turns)))


def _commit_ahead(world: World) -> None:
    world.broker.committed[0] += 100


def _go_back(world: World) -> None:
    reader = Worker(world).member
    world.broker.readers[0] = reader
    world.broker.commit(reader, [(0, 1)])


def _answer_another(world: World) -> None:
    row = next(iter(world.ledger._rows.settled._kept.values()))[1]
    assert row.outcome is not None
    row.outcome = replace(row.outcome, user_id=UserId("eve"))


def _out_of_order(world: World) -> None:
    world.executions.reverse()


def _lose_event(world: World) -> None:
    recorded = next(iter(world.events._threads._kept.values()))[1].recorded
    del recorded[2]


def _run_early(world: World) -> None:
    world.executions[-1].is_early = True


@pytest.mark.parametrize(
    "case",
    [
        Tampered(_lose_response, "no response record"),
        Tampered(_double_turn, "its turns are"),
        Tampered(_commit_ahead, "committed beyond its end"),
        Tampered(_go_back, "a commit went back"),
        Tampered(_answer_another, "another's outcome"),
        Tampered(_out_of_order, "executed"),
        Tampered(_lose_event, "what was said is not what was answered"),
        Tampered(_run_early, "1 executions before it was claimed"),
        Tampered(_run_early, "answered under a claim, and nobody ran"),
    ],
    ids=lambda case: case.tamper.__name__,
)
def test_a_tampered_world_is_seen(case: Tampered) -> None:
    async def scene() -> tuple[list[str], list[str]]:
        world = World(partitions=1)
        for _ in range(2):
            await world.ask("answer", thread="t")
        worker = Worker(world)
        await worker.start()
        await world.broker.spread([worker.member])
        await asyncio.sleep(1)
        await worker.stop()
        before = await faults_of(world)
        case.tamper(world)
        return before, await faults_of(world)

    before, after = run_virtual(scene())

    assert before == []
    assert any(case.seen in fault for fault in after), after


def test_what_is_committed_and_open_is_seen_at_once() -> None:
    async def scene() -> list[str]:
        world = World(partitions=1)
        request = await world.ask("answer")
        await world.ledger.register(request, Durability.KAFKA)
        _commit_ahead(world)
        return unfinished_below_commit(world)

    assert run_virtual(scene()) == ["answer 0 is committed and not done"]
