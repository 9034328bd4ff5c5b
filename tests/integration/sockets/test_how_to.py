"""The how-to about clients: its example does what the page says."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from cse_chat.entrypoints.http.sockets.frames import SUBPROTOCOL
from tests.gateway.graphs import HeldAgent
from tests.integration.pages import File, read_page
from tests.integration.sockets.clients import talking
from tests.integration.sockets.services import Service, a_service
from tests.waiting import until

PAGE = Path(__file__).parents[3] / "docs/how-to/write-a-client.md"


async def example(folder: Path, service: Service, *, thread: str = "t") -> Process:
    """Run the client of the page against *service*."""
    [client] = [part for part in read_page(PAGE) if isinstance(part, File)]
    (folder / client.path).write_text(client.text, encoding="utf-8")
    url = f"{service.url.replace('http', 'ws')}/ws/chat/{thread}"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, client.path, url, "Top stocks?"), cwd=folder, stdout=PIPE, stderr=PIPE
    )


async def said_by(process: Process) -> tuple[int | None, str]:
    """Return exit code and output."""
    async with asyncio.timeout(20):
        said, complained = await process.communicate()
    return process.returncode, (said + complained).decode().strip()


async def test_it_prints_the_answer(tmp_path: Path) -> None:
    async with a_service() as service:
        ended = await said_by(await example(tmp_path, service))

    assert ended == (0, "Processed your query: 'Top stocks?'")


async def test_it_goes_on_when_its_connection_breaks(tmp_path: Path) -> None:
    agent = HeldAgent()
    async with a_service(agent) as service:
        client = await example(tmp_path, service)
        await until(lambda: service.container.asked().accepted == 1, seconds=10)
        async with talking(service.url) as witness:
            await witness.says("follow")
            await witness.hears_until(lambda frame: frame["type"] == "started")
        for _ in range(3):
            await until(lambda: len(service.connections) == 1)
            service.connections[0].transport.abort()
            await until(lambda: not service.connections)
        agent.let_go.set()
        ended = await said_by(client)

    assert ended == (0, "Top stocks?, after 0 exchanges")
    assert service.container.asked().accepted == 1


async def test_it_says_why_it_gives_up(tmp_path: Path) -> None:
    async with a_service() as service:
        _, said = await said_by(await example(tmp_path, service, thread="no%20thread"))

    assert said.startswith("refused: ")


def test_the_page_names_the_subprotocol_and_shows_frames_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert SUBPROTOCOL in page
    asked = next(line for line in page.splitlines() if line.startswith("you "))
    assert json.loads(asked.partition(" ")[2])["type"] == "ask"
