import asyncio

import pytest
from typing_extensions import override

from cse_chat.entrypoints.gathered_writes import MOST_WAITING, GatheringTransport


class Line(asyncio.Transport):
    """A connection that keeps what goes over it, by how it was handed over."""

    def __init__(self) -> None:
        super().__init__({"peername": "somebody"})
        self.sent: list[bytes] = []
        self.ended: list[str] = []
        self.told: list[str] = []

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))

    @override
    def get_write_buffer_size(self) -> int:
        return 7

    @override
    def is_closing(self) -> bool:
        return bool(self.ended)

    @override
    def close(self) -> None:
        self.ended.append("closed")

    @override
    def abort(self) -> None:
        self.ended.append("aborted")

    @override
    def pause_reading(self) -> None:
        self.told.append("pause")

    @override
    def resume_reading(self) -> None:
        self.told.append("resume")


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def gathering(line: Line) -> GatheringTransport:
    return GatheringTransport(line, asyncio.get_running_loop())


async def test_what_is_written_in_a_turn_goes_at_its_end_in_one(
    line: Line, gathering: GatheringTransport
) -> None:
    gathering.write(b"head")
    gathering.writelines([bytearray(b"bo"), memoryview(b"dy")])
    assert (line.sent, gathering.get_write_buffer_size()) == ([], 8 + 7)

    await asyncio.sleep(0)
    assert (line.sent, gathering.get_write_buffer_size()) == ([b"headbody"], 7)

    gathering.write(b"next")
    await asyncio.sleep(0)
    assert line.sent[1:] == [b"next"]


async def test_nothing_is_no_write(line: Line, gathering: GatheringTransport) -> None:
    """A response without a body has an empty one."""
    gathering.write(b"")

    await asyncio.sleep(0)

    assert line.sent == []


async def test_from_an_upgrade_on_it_gathers_no_more(
    line: Line, gathering: GatheringTransport
) -> None:
    """Whoever speaks the other protocol does not ask what waits here."""
    gathering.write(b"before")
    gathering.gather_no_more()
    line.write(b"upgraded")
    gathering.write(b"behind")

    assert line.sent == [b"before", b"upgraded", b"behind"]


async def test_what_others_write_in_the_same_turn_goes_after_all_of_them_have() -> None:
    """Who is woken by the first would else run before the second is written."""
    lines = [Line(), Line()]
    loop = asyncio.get_running_loop()
    gathering = [GatheringTransport(line, loop) for line in lines]
    seen: list[int] = []

    def write(number: int) -> None:
        seen.append(sum(len(line.sent) for line in lines))
        gathering[number].write(b"answer")

    for number in range(2):
        loop.call_soon(write, number)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert seen == [0, 0]
    assert [line.sent for line in lines] == [[b"answer"], [b"answer"]]


async def test_who_writes_on_and_on_is_not_gathered_without_end(
    line: Line, gathering: GatheringTransport
) -> None:
    """The connection pauses who writes too much, and sees only what it was given."""
    for _ in range(3):
        gathering.write(b"x" * (MOST_WAITING // 2))
    assert [len(data) for data in line.sent] == [MOST_WAITING // 2 * 3]

    await asyncio.sleep(0)
    assert len(line.sent) == 1


async def test_closing_writes_what_waits_and_aborting_does_not() -> None:
    loop = asyncio.get_running_loop()
    closed, aborted = Line(), Line()
    for line, end in ((closed, "close"), (aborted, "abort")):
        gathering = GatheringTransport(line, loop)
        gathering.write(b"last")
        getattr(gathering, end)()
        assert gathering.is_closing()
        await asyncio.sleep(0)

    assert (closed.sent, closed.ended) == ([b"last"], ["closed"])
    assert (aborted.sent, aborted.ended) == ([], ["aborted"])


async def test_nothing_is_written_to_a_connection_that_is_lost_meanwhile(
    line: Line, gathering: GatheringTransport
) -> None:
    gathering.write(b"answer")
    line.abort()

    await asyncio.sleep(0)

    assert line.sent == []


async def test_all_else_is_the_connections_own(line: Line, gathering: GatheringTransport) -> None:
    gathering.pause_reading()
    gathering.resume_reading()
    assert line.told == ["pause", "resume"]
    assert gathering.get_extra_info("peername") == "somebody"
    assert gathering.get_extra_info("nothing", "else") == "else"
