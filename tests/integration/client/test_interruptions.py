"""The client at real processes, with everything between them that may go wrong."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from cse_chat.client.chat import ChatClient
from cse_chat.client.drafts import Draft
from cse_chat.client.errors import AcceptanceUnknownError
from cse_chat.client.events import Delta, EndedUnanswered, Event
from cse_chat.client.outcomes import Answer, Unanswered
from cse_chat.client.retries import Patience
from cse_chat.client.ways import Way
from cse_chat.entrypoints.metrics.reading import Scrape
from tests.integration.client.proxies import CuttingProxy
from tests.integration.faults.cluster import Cluster
from tests.integration.faults.proxy import Proxy
from tests.integration.processes import RunningProcess
from tests.waiting import until_it

SPEAK = "speak to me"


def port_of(service: RunningProcess) -> int:
    return httpx.URL(service.url).port or 0


def draft_of(events: Sequence[Event]) -> Draft:
    """Return what a person sees before the outcome counts: the pieces alone."""
    draft = Draft()
    for event in events:
        if isinstance(event, Delta):
            draft.tell(event)
    return draft


async def kept(service: RunningProcess, correlation_id: str) -> list[str]:
    """Return the cursors of all events of a question, as the service has them."""
    cursors: list[str] = []
    after: str | None = ""
    async with httpx.AsyncClient(base_url=service.url, timeout=20) as http:
        while after is not None:
            query = {"after": after} if after else {}
            look = await http.get(
                f"/api/chat/{correlation_id}/events",
                params=query,
                headers={"Accept": "application/json"},
            )
            cursors += [event["cursor"] for event in look.json()["events"]]
            after = look.json()["next"]
    return cursors


async def nobody_follows(service: RunningProcess) -> bool:
    async with httpx.AsyncClient() as http:
        scrape = Scrape.of((await http.get(f"{service.url}/metrics")).text, at=0)
    return scrape.total("chat_sse_streams") + scrape.total("chat_ws_connections") == 0


@pytest.mark.parametrize(
    ("way", "kind", "longest"),
    [(Way.WEBSOCKET, b"HTTP/1.1 101", 1_000), (Way.SSE, b"HTTP/1.1", 4_000)],
)
async def test_a_network_that_breaks_a_hundred_times_loses_and_repeats_nothing(
    way: Way, kind: bytes, longest: int, service: RunningProcess, quick: Patience
) -> None:
    with CuttingProxy(port_of(service), kind=kind) as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        async with asyncio.timeout(50), ChatClient(url, patience=quick, ways=[way]) as client:
            while proxy.cuts < 100:
                accepted = await client.send(SPEAK)
                proxy.longest = longest
                told = await asyncio.gather(
                    *[_all(client, accepted.correlation_id) for _ in range(8)]
                )
                proxy.longest = None
                answer = await client.read(accepted.correlation_id)
                assert isinstance(answer, Answer)
                assert {draft_of(events).text for events in told} == {answer.text}
                cursors = await kept(service, accepted.correlation_id)
                assert [[event.cursor for event in events] for events in told] == [cursors] * 8

    await until_it(lambda: nobody_follows(service))


async def test_a_question_whose_receipt_is_lost_is_not_asked_twice(
    service: RunningProcess, quick: Patience
) -> None:
    thread_id = "thread_lost_receipt"
    with Proxy(port_of(service)) as proxy:
        proxy.reset_after = 500  # what is sent comes through, and what is answered does not
        async with ChatClient(f"http://127.0.0.1:{proxy.port}", patience=quick) as client:
            with pytest.raises(AcceptanceUnknownError):
                await client.send("answer me", thread_id=thread_id)
        assert proxy.resets == 1

    async with asyncio.timeout(20), ChatClient(service.url) as client:

        async def is_answered() -> bool:
            return [turn.role async for turn in client.history(thread_id)] == ["user", "agent"]

        await until_it(is_answered)


async def test_a_question_is_cancelled_and_whoever_follows_it_is_told(
    service: RunningProcess,
) -> None:
    async with asyncio.timeout(20), ChatClient(service.url) as client:
        accepted = await client.send("hang on")
        following = asyncio.create_task(_last(client, accepted.correlation_id))
        outcome = await client.cancel(accepted.correlation_id)
        last = await following

    assert isinstance(outcome, Unanswered)
    assert outcome.status == "cancelled"
    assert isinstance(last, EndedUnanswered)
    assert last.outcome == outcome


async def _all(client: ChatClient, correlation_id: str) -> list[Event]:
    return [event async for event in client.follow_question(correlation_id)]


async def _last(client: ChatClient, correlation_id: str) -> Event:
    return (await _all(client, correlation_id))[-1]


async def test_whoever_leaves_in_the_middle_leaves_nothing_behind(service: RunningProcess) -> None:
    """Cut in the middle of reading, by a time limit as by a person."""
    async with ChatClient(service.url) as client:
        accepted = await client.send("hang on")
        for _ in range(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await _last(client, accepted.correlation_id)
        await client.cancel(accepted.correlation_id)

    await until_it(lambda: nobody_follows(service))


@pytest.mark.timeout(120)
async def test_gateways_that_are_killed_ended_and_frozen_hand_their_clients_on(
    cluster: Cluster, quick: Patience
) -> None:
    killed, ended, frozen, last = cluster.start("gateway", 4)
    cluster.start("worker")
    urls = [gateway.url for gateway in (killed, ended, frozen, last)]
    fates = {10: killed.kill, 20: ended.terminate, 30: frozen.freeze}
    told: list[Event] = []
    async with (
        asyncio.timeout(60),
        ChatClient(*urls, patience=quick) as client,
        ChatClient(*urls, patience=quick, ways=[Way.SSE]) as streaming,
    ):
        accepted = await client.send(SPEAK)
        streamed = asyncio.create_task(_all(streaming, accepted.correlation_id))
        async for event in client.follow_question(accepted.correlation_id):
            told.append(event)
            fates.pop(len(told), lambda: None)()
        answer = await client.read(accepted.correlation_id)
        assert await streamed == told

    assert isinstance(answer, Answer)
    assert draft_of(told).text == answer.text
    assert [event.cursor for event in told] == await kept(last, accepted.correlation_id)
    assert not fates
    frozen.thaw()


@pytest.mark.timeout(120)
async def test_a_worker_that_dies_in_the_middle_makes_its_text_count_no_more(
    cluster: Cluster, quick: Patience
) -> None:
    (gateway,) = cluster.start("gateway")
    (worker,) = cluster.start("worker")
    draft = Draft()
    before = ""
    async with asyncio.timeout(90), ChatClient(gateway.url, patience=quick) as client:
        async for event in client.stream(SPEAK):
            if draft.text and event.type == "started":
                before = draft.text
            draft.tell(event)
            if len(draft.text) > 500 and worker.process.poll() is None:
                worker.kill()
                cluster.start("worker")

    assert before.startswith("piece 0 ")
    assert draft.attempt == 2
    assert isinstance(draft.outcome, Answer)
    assert draft.text.startswith("piece 0 ")
    assert draft.text.count("piece 0 ") == 1
