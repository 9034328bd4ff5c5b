"""Following in memory: any interleaving, drawn by hypothesis, in virtual time."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from cse_chat.domain.model.ids import ThreadId
from tests.contracts.following import FollowingWalk
from tests.faults.virtual_time import run_virtual
from tests.memory import LEASE, Memory


class InMemoryScene:
    """Everything in memory; its clock moves when leases shall run out."""

    def __init__(self, *, most_events: int) -> None:
        self._memory = memory = Memory(most_events=most_events)
        self.ledger = self.claims = self.recorder = memory.ledger
        self.threads, self.events = memory.threads, memory.events

    async def leases_run_out(self) -> None:
        self._memory.clock.advance(LEASE)

    def lose(self, *, notifications: bool) -> None:
        self._memory.loses_events = notifications

    async def cut(self) -> None:
        self.events.followers.miss()

    async def trim(self, thread: ThreadId) -> None:
        self.events.trim(thread, keep=2)

    async def forget(self, thread: ThreadId) -> None:
        self.events.forget(thread)


@settings(max_examples=150)
@given(chance=st.randoms(use_true_random=False), steps=st.integers(5, 80))
def test_each_event_once_in_order_or_a_gap(chance: random.Random, steps: int) -> None:
    async def scene() -> None:
        await FollowingWalk(InMemoryScene(most_events=10_000), chance)(steps)

    run_virtual(scene())
