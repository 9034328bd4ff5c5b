"""What every `ResponseLog` and every `ResponseReader` must do."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.ports.applied import ResponseReader
from cse_chat.domain.ports.responses import ResponseLog
from tests.builders import a_question, a_record, a_request, a_thread_id, an_outcome

ReadBack = Callable[[], Awaitable[list[tuple[Outcome, int]]]]


class ResponseLogContract:
    """Subclass in ``test_*.py`` and give ``responses`` and ``read_back`` (outcome, request offset)."""

    async def test_every_kind_of_outcome_is_kept_with_the_place_of_its_request(
        self, responses: ResponseLog, read_back: ReadBack
    ) -> None:
        statuses = (Status.ANSWERED, Status.FAILED, Status.EXPIRED, Status.CANCELLED)
        outcomes = [an_outcome(a_request(), status) for status in statuses]

        for place, outcome in enumerate(outcomes):
            await responses.append(outcome, request=a_record(offset=place))

        assert await read_back() == [(o, n) for n, o in enumerate(outcomes)]

    async def test_repeating_is_allowed(self, responses: ResponseLog, read_back: ReadBack) -> None:
        outcome = an_outcome(a_request())

        for _ in range(2):
            await responses.append(outcome, request=a_record())

        assert {found.correlation_id for found, _ in await read_back()} == {outcome.correlation_id}

    async def test_what_is_not_urgent_is_kept_as_well_in_its_order_whoever_hurries(
        self, responses: ResponseLog, read_back: ReadBack
    ) -> None:
        thread = a_thread_id()
        outcomes = [an_outcome(a_request(a_question(thread_id=thread))) for _ in range(4)]

        appending = [
            asyncio.create_task(
                responses.append(outcome, request=a_record(offset=place), is_urgent=place == 2)
            )
            for place, outcome in enumerate(outcomes)
        ]
        await asyncio.sleep(0)  # they have begun
        responses.hurry()
        await asyncio.gather(*appending)

        assert await read_back() == [(o, n) for n, o in enumerate(outcomes)]


class ResponseReaderContract:
    """Subclass in ``test_*.py``: ``responses``, and the ``reader`` of what is written there.

    ``partitions`` are all that the log has.
    """

    async def test_what_was_appended_since_a_time_is_read_in_order(
        self, responses: ResponseLog, reader: ResponseReader, partitions: Collection[int]
    ) -> None:
        now = datetime.now(UTC)
        thread = a_thread_id()
        outcomes = [
            an_outcome(a_request(a_question(thread_id=thread), asked_at=now), status)
            for status in (Status.ANSWERED, Status.FAILED, Status.EXPIRED)
        ]
        for outcome in outcomes:
            await responses.append(outcome, request=a_record())

        assert await _since(reader, partitions, now - timedelta(minutes=1)) == outcomes
        assert await _since(reader, partitions, now + timedelta(hours=1)) == []

    async def test_an_empty_log_has_nothing(
        self, reader: ResponseReader, partitions: Collection[int]
    ) -> None:
        assert await _since(reader, partitions, datetime.fromtimestamp(0, UTC)) == []

    async def test_of_no_partition_nothing_is_read(
        self, responses: ResponseLog, reader: ResponseReader
    ) -> None:
        await responses.append(an_outcome(a_request()), request=a_record())

        async with aclosing(reader.since({})) as batches:
            assert [batch async for batch in batches] == []


async def _since(
    reader: ResponseReader, partitions: Collection[int], time: datetime
) -> list[Outcome]:
    async with aclosing(reader.since(dict.fromkeys(partitions, time))) as batches:
        return [answered.outcome async for batch in batches for answered in batch]
