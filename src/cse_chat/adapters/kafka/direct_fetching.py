"""Records handed on in the turn of the loop in which they were fetched."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.consumer.fetcher import Fetcher, FetchError, FetchResult
from aiokafka.structs import TopicPartition

Fetched = Mapping[TopicPartition, Sequence[ConsumerRecord]]
Pause = Callable[[], Awaitable[None]]


def fetch_directly(
    consumer: AIOKafkaConsumer, taken: Callable[[Fetched], None], *, pause: Pause
) -> None:
    """Have *taken* called with what *consumer* fetches, so that polling it returns no records.

    By itself, the library takes three turns of the loop more until a record is returned, and eight
    until the next ones are asked for. Its errors, and what it does beside fetching, stay its own.
    The next ones are asked for after a *pause*: what was handed on goes first, and where there is
    much to do more of them come together.

    Args:
        consumer: Started, and polled all the same: so it knows that it is alive, and raises.
        taken: Called at once, with partitions that are ours at that moment.
        pause: Called behind it.
    """
    fetcher: Fetcher = consumer._fetcher  # noqa: SLF001 - there is no other way in
    subscriptions = fetcher._subscriptions  # noqa: SLF001 - the same
    fetch_once = fetcher._proc_fetch_request  # noqa: SLF001 - the same

    def is_over(assignment: Any) -> bool:  # noqa: ANN401 - the library's
        """Say whether what is fetched may be another's: so it is while a rebalance is under way."""
        is_ours: bool = assignment.active and not subscriptions.reassignment_in_progress
        return not is_ours or fetcher._closed  # noqa: SLF001 - the same

    async def fetch(assignment: Any, node: int, request: Any) -> bool:  # noqa: ANN401 - the library's
        """Fetch for as long as nothing else is to be done; return whether there is something to poll."""
        while True:
            is_news: bool = await fetch_once(assignment, node, request)
            # The library takes a cancellation for an answer without records.
            if is_over(assignment) or _is_cancelled():
                return is_news
            try:
                if is_news:
                    taken(_drained(fetcher))
                    if await _is_cancelled_during(pause) or is_over(assignment):
                        return bool(fetcher._records)  # noqa: SLF001 - the same
                request = _next_request(fetcher, assignment, node)
            except Exception as error:  # noqa: BLE001 - whoever polls is to know, and nobody else would
                place = next(iter(assignment.tps))
                fetcher._records[place] = FetchError(error=error, backoff=0)  # noqa: SLF001 - the same
                return True
            if request is None:
                return bool(fetcher._records)  # noqa: SLF001 - the same

    fetcher._proc_fetch_request = fetch  # noqa: SLF001 - the same


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _is_cancelled_during(pause: Pause) -> bool:
    """Wait; return whether that was cancelled: the library awaits whom it cancels."""
    try:
        await pause()
    except asyncio.CancelledError:
        return True
    return False


def _drained(fetcher: Fetcher) -> Fetched:
    """Take what was fetched; an error stays, for whoever polls."""
    records = fetcher._records  # noqa: SLF001 - as above
    drained = {}
    for place, result in list(records.items()):
        if not isinstance(result, FetchResult):
            continue
        try:
            drained[place] = result.getall()
            del records[place]
        except Exception as error:  # noqa: BLE001 - whatever strange records raise
            records[place] = FetchError(error=error, backoff=0)
    return {place: found for place, found in drained.items() if found}


def _next_request(fetcher: Fetcher, assignment: Any, node: int) -> Any | None:  # noqa: ANN401 - the library's
    """Return what to ask *node* for next; ``None`` where that is for the library to decide."""
    in_flight = fetcher._in_flight  # noqa: SLF001 - as above
    in_flight.discard(node)
    try:
        requests, resets, _, is_outdated, _ = fetcher._get_actions_per_node(assignment)  # noqa: SLF001 - as above
    finally:
        in_flight.add(node)
    return None if resets or is_outdated else dict(requests).get(node)
