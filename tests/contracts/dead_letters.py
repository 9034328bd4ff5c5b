"""What every `DeadLetters` must do."""

from cse_chat.domain.ports.requests import DeadLetters
from tests.builders import a_dead_letter


class DeadLettersContract:
    """Subclass in ``test_*.py`` and give a ``dead_letters`` fixture."""

    async def test_what_is_put_can_be_read_unchanged(self, dead_letters: DeadLetters) -> None:
        letter = a_dead_letter("agent-failed")

        await dead_letters.put(letter)

        assert await dead_letters.newest(10) == (letter,)

    async def test_the_newest_come_first(self, dead_letters: DeadLetters) -> None:
        letters = [a_dead_letter(offset=n) for n in range(3)]
        for letter in letters:
            await dead_letters.put(letter)

        assert await dead_letters.newest(2) == (letters[2], letters[1])

    async def test_they_are_counted_by_reason(self, dead_letters: DeadLetters) -> None:
        for reason in ("agent-failed", "malformed-record", "agent-failed"):
            await dead_letters.put(a_dead_letter(reason))

        assert dead_letters.counts == {"agent-failed": 2, "malformed-record": 1}

    async def test_the_same_record_may_come_twice(self, dead_letters: DeadLetters) -> None:
        """A crash between putting and marking repeats the putting."""
        letter = a_dead_letter()

        await dead_letters.put(letter)
        await dead_letters.put(letter)

        assert set(await dead_letters.newest(10)) == {letter}
