"""Dead letters for which the topic has no room."""

import asyncio
import os
from dataclasses import replace

from cse_chat.domain.ports.requests import DeadLetters
from tests.builders import a_dead_letter, a_record


async def test_a_letter_without_room_is_kept_without_its_value_at_the_first_attempt(
    dead_letters: DeadLetters,
) -> None:
    """The refusal breaks the producer: the second try must not go to the broken one."""
    large = os.urandom(2_200_000)
    letters = [replace(a_dead_letter(), record=a_record(large, offset=n)) for n in range(3)]

    async with asyncio.timeout(30):
        for letter in letters:
            await dead_letters.put(letter)

    kept = await dead_letters.newest(9)
    assert sorted(letter.record.offset for letter in kept) == [0, 1, 2]
    assert {letter.record.value for letter in kept} == {b""}
