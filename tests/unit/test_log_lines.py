import asyncio
from io import StringIO

from typing_extensions import override

from cse_chat.entrypoints.log_lines import LineWriter


class Stream(StringIO):
    """Counts how often it is written to."""

    writes = 0

    @override
    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)


async def test_lines_of_one_turn_are_written_together_in_their_order() -> None:
    stream = Stream()
    lines = LineWriter(stream)

    for line in ("a", "b", "c"):
        lines.info(line)
    assert stream.getvalue() == ""
    await asyncio.sleep(0)

    assert (stream.getvalue(), stream.writes) == ("a\nb\nc\n", 1)
    lines.info("d")
    await asyncio.sleep(0)
    assert stream.getvalue() == "a\nb\nc\nd\n"


async def test_trouble_is_written_at_once_behind_what_waits() -> None:
    stream = Stream()
    lines = LineWriter(stream)

    lines.info("a")
    lines.warning("trouble")

    assert stream.getvalue() == "a\ntrouble\n"
    await asyncio.sleep(0)
    assert stream.getvalue() == "a\ntrouble\n"


def test_without_a_loop_every_line_is_written_at_once() -> None:
    stream = Stream()

    LineWriter(stream).info("a")

    assert stream.getvalue() == "a\n"


async def test_another_thread_waits_for_no_loop() -> None:
    """The loop may stand still: then that is what the thread has to say."""
    stream = Stream()
    lines = LineWriter(stream)

    lines.info("a")
    await asyncio.to_thread(lines.info, "the loop stands still")

    assert stream.getvalue() == "a\nthe loop stands still\n"


def test_what_waits_when_the_loop_ends_is_not_lost() -> None:
    stream = Stream()

    async def main() -> None:
        LineWriter(stream).info("the last word")

    asyncio.run(main())

    assert stream.getvalue() == "the last word\n"
