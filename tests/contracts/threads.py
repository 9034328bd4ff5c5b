"""What every `Threads` must do."""

import asyncio

import pytest

from cse_chat.domain.errors import NotOwnerError
from cse_chat.domain.model.ids import ThreadId, UserId
from cse_chat.domain.ports.threads import Threads
from tests.builders import a_thread_id

ANN, BOB = UserId("ann"), UserId("bob")


class ThreadsContract:
    """Subclass in ``test_*.py`` and give a ``threads`` fixture."""

    async def test_a_thread_nobody_used_is_nobodys(self, threads: Threads) -> None:
        assert await threads.owner(a_thread_id()) is None

    async def test_the_first_user_owns_it(self, threads: Threads) -> None:
        thread = a_thread_id()

        await threads.own(thread, ANN)

        assert await threads.owner(thread) == ANN

    async def test_owning_what_is_owned_changes_nothing(self, threads: Threads) -> None:
        thread = a_thread_id()
        await threads.own(thread, ANN)

        await threads.own(thread, ANN)

        assert await threads.owner(thread) == ANN

    async def test_another_user_is_refused(self, threads: Threads) -> None:
        thread = a_thread_id()
        await threads.own(thread, ANN)

        with pytest.raises(NotOwnerError):
            await threads.own(thread, BOB)

        assert await threads.owner(thread) == ANN

    async def test_of_many_who_race_for_it_one_owns_it(self, threads: Threads) -> None:
        thread = a_thread_id()
        racers = [UserId(f"user{n}") for n in range(20)]

        results = await asyncio.gather(
            *(threads.own(thread, racer) for racer in racers), return_exceptions=True
        )

        winners = [racer for racer, result in zip(racers, results, strict=True) if result is None]
        assert winners == [await threads.owner(thread)]

    async def test_ids_that_differ_in_case_are_two_threads(self, threads: Threads) -> None:
        thread = a_thread_id()
        await threads.own(thread, ANN)

        await threads.own(ThreadId(thread.upper()), BOB)

        assert await threads.owner(thread) == ANN
