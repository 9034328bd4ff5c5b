"""When the loop that fetches goes on by itself, and when it leaves that to the library."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from aiokafka.consumer.fetcher import FetchError, FetchResult
from aiokafka.structs import TopicPartition
from typing_extensions import override

from cse_chat.adapters.kafka.direct_fetching import Fetched, fetch_directly
from cse_chat.entrypoints.worker.pace import Pace
from tests.waiting import until

NODE = 1
ONE, OTHER = (TopicPartition("requests", partition) for partition in range(2))
Found = dict[TopicPartition, Any]


class Result(FetchResult):  # type: ignore[misc]  # it is not typed
    def __init__(self, *records: str, error: Exception | None = None) -> None:
        self._found, self._error = list(records), error

    @override
    def getall(self, max_records: int | None = None) -> list[str]:
        if self._error:
            raise self._error
        return self._found


class Held(Pace):
    """Pauses until it may end."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = asyncio.Event()

    @override
    async def pause(self) -> None:
        await self.may_end.wait()


class Library:
    """As much of aiokafka's consumer and fetcher as is used, with one node; nothing is fetched twice."""

    def __init__(self, *fetches: Found) -> None:
        self._fetcher = self._subscriptions = self  # looked at for what stands below
        self._fetches = list(fetches)
        self._records: Found = {}
        self._in_flight = {NODE}
        self._closed = False
        self.active = True
        self.reassignment_in_progress = False
        self.resets: dict[int, Sequence[TopicPartition]] = {}
        self.is_outdated = False
        self.asked: list[object] = []
        self.hold: asyncio.Event | None = None
        self.pace = Pace()

    async def _proc_fetch_request(self, assignment: object, node: int, request: object) -> bool:
        assert (assignment, node) == (self, NODE)
        self.asked.append(request)
        if self.hold:
            with suppress(asyncio.CancelledError):
                await self.hold.wait()
        self._records |= self._fetches.pop(0)
        return bool(self._records)

    def _get_actions_per_node(self, assignment: object) -> Any:  # noqa: ANN401 - the library's
        assert assignment is self
        assert not self._in_flight  # else nothing would be asked for
        requests = [(NODE, f"request {len(self.asked)}")] if self._fetches else []
        return requests, self.resets, 0.2, self.is_outdated, []

    @property
    def tps(self) -> frozenset[TopicPartition]:
        return frozenset({ONE, OTHER})

    async def fetch(
        self, then: Callable[[Fetched], object] = lambda _: None
    ) -> tuple[bool, list[Fetched]]:
        """Return whether there is something to poll, and what was handed on before *then* was done."""
        taken: list[Fetched] = []

        def take(fetched: Fetched) -> None:
            taken.append(fetched)
            then(fetched)

        consumer: Any = self
        fetch_directly(consumer, take, pause=self.pace.pause)
        is_news = await self._proc_fetch_request(self, NODE, "request 0")
        assert self._in_flight == {NODE}  # the library takes it out when this has ended
        return is_news, taken


async def test_what_is_fetched_is_handed_on_and_the_next_is_asked_for() -> None:
    library = Library({ONE: Result("a", "b"), OTHER: Result("c")}, {}, {ONE: Result("d")})

    is_news, taken = await library.fetch()

    assert taken == [{ONE: ["a", "b"], OTHER: ["c"]}, {ONE: ["d"]}]
    assert library.asked == ["request 0", "request 1", "request 2"]
    assert not is_news


async def test_the_next_is_asked_for_behind_the_pause() -> None:
    library = Library({ONE: Result("a")}, {ONE: Result("b")})
    library.pace = pace = Held()
    handed_on: list[Fetched] = []
    fetching = asyncio.create_task(library.fetch(handed_on.append))
    await until(lambda: bool(handed_on))
    await asyncio.sleep(0.01)

    assert library.asked == ["request 0"]
    pace.may_end.set()
    await fetching
    assert library.asked == ["request 0", "request 1"]


async def test_what_is_paused_or_read_from_elsewhere_by_now_is_dropped() -> None:
    library = Library({ONE: Result(), OTHER: Result("c")})

    assert await library.fetch() == (False, [{OTHER: ["c"]}])
    assert not library._records


@pytest.mark.parametrize("error", ["read", "fetched"])
async def test_an_error_stays_for_whoever_polls(error: str) -> None:
    broken = ValueError("no such header")
    found = Result(error=broken) if error == "read" else FetchError(error=broken, backoff=0)
    library = Library({ONE: found, OTHER: Result("c")})

    assert await library.fetch() == (True, [{OTHER: ["c"]}])
    with pytest.raises(ValueError, match="no such header"):
        library._records[ONE].check_raise()


@pytest.mark.parametrize("state", ["rebalancing", "revoked", "closed"])
async def test_what_may_be_anothers_is_not_handed_on(state: str) -> None:
    library = Library({ONE: Result("a")}, {ONE: Result("b")})
    library.reassignment_in_progress = state == "rebalancing"
    library.active = state != "revoked"
    library._closed = state == "closed"

    assert await library.fetch() == (True, [])
    assert library.asked == ["request 0"]


@pytest.mark.parametrize("state", ["to reset", "outdated"])
async def test_whatever_else_is_to_be_done_is_left_to_the_library(state: str) -> None:
    library = Library({ONE: Result("a")}, {ONE: Result("b")})
    library.resets = {NODE: [OTHER]} if state == "to reset" else {}
    library.is_outdated = state == "outdated"

    assert await library.fetch() == (False, [{ONE: ["a"]}])
    assert library.asked == ["request 0"]


async def test_one_that_is_cancelled_ends_although_the_library_takes_that_for_an_answer() -> None:
    library = Library({}, {})
    fetching = asyncio.create_task(library.fetch())
    asyncio.get_running_loop().call_soon(fetching.cancel)
    library.hold = asyncio.Event()

    async with asyncio.timeout(1):
        assert await fetching == (False, [])

    assert library.asked == ["request 0"]


@pytest.mark.parametrize("state", ["rebalancing", "revoked", "closed"])
async def test_nothing_more_is_asked_for_when_that_is_over_meanwhile(state: str) -> None:
    library = Library({ONE: Result("a")}, {ONE: Result("b")})

    def end(_: Fetched) -> None:
        library.reassignment_in_progress = state == "rebalancing"
        library.active = state != "revoked"
        library._closed = state == "closed"

    assert await library.fetch(
        lambda fetched: asyncio.get_running_loop().call_soon(end, fetched)
    ) == (
        False,
        [{ONE: ["a"]}],
    )
    assert library.asked == ["request 0"]


@pytest.mark.parametrize("answered", [0, 100])
async def test_one_that_is_cancelled_before_it_asks_again_asks_no_more(answered: int) -> None:
    library = Library({ONE: Result("a")}, {ONE: Result("b")})
    for _ in range(answered):  # its pause is another then
        library.pace.note(was_answered=True)
    fetching = asyncio.create_task(library.fetch(lambda _: fetching.cancel()))

    assert await fetching == (False, [{ONE: ["a"]}])
    assert library.asked == ["request 0"]


async def test_an_error_of_whoever_takes_is_there_for_whoever_polls() -> None:
    library = Library({ONE: Result("a")}, {ONE: Result("b")})

    def fail(_: Fetched) -> None:
        raise ValueError("no room")

    is_news, _ = await library.fetch(fail)

    assert is_news
    [error] = library._records.values()
    with pytest.raises(ValueError, match="no room"):
        error.check_raise()
    assert library.asked == ["request 0"]
