"""`ResponseReader` on topics, ``chat.responses`` and ``chat.requests`` in production."""

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final

import structlog

from cse_chat.adapters.kafka.names import REQUEST_OFFSET, REQUESTS, RESPONSES
from cse_chat.adapters.kafka.responses import outcome_of
from cse_chat.adapters.kafka.stretches import Stretches, StretchReader
from cse_chat.adapters.wire.requests import decode_request
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.applied import Answered
from cse_chat.domain.model.outcomes import Outcome
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.records import Record

_log = structlog.get_logger(__name__)

_NEAR: Final = 100  # offsets; what is no further apart is read in one go
_PLACE: Final = re.compile(rb"(\d{1,9})-(\d{1,18})")

_Place = tuple[int, int]  # partition and offset


class KafkaResponseReader:
    """Reads with clients of its own, which it closes when all is read."""

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        default_deadline: timedelta,
        responses: str = RESPONSES,
        requests: str = REQUESTS,
    ) -> None:
        """Store the arguments.

        Args:
            bootstrap_servers: ``host:port`` to begin with, several with commas between.
            default_deadline: For requests without one.
            responses: The topic of outcomes.
            requests: The topic of what was asked.
        """
        self._bootstrap_servers = bootstrap_servers
        self._default_deadline = default_deadline
        self._responses = responses
        self._requests = requests

    async def since(self, times: Mapping[int, datetime]) -> AsyncGenerator[Sequence[Answered]]:
        """See `ResponseReader.since`."""
        if not times:
            return
        async with StretchReader(self._bootstrap_servers, topic=self._responses) as responses:
            stretches = await responses.since(times)
            count = sum(map(len, stretches.values()))
            _log.info("responses_read_back", partitions=sorted(times), records=count)
            if not count:
                return
            async with StretchReader(self._bootstrap_servers, topic=self._requests) as requests:
                async for records in responses.read(stretches):
                    yield await self._answered(records, requests)

    async def _answered(
        self, records: Sequence[Record], requests: StretchReader
    ) -> Sequence[Answered]:
        places = [_request_place(record) for record in records]
        asked = await _records_at({place for place in places if place}, requests)
        found = []
        for record, place in zip(records, places, strict=True):
            try:
                outcome = outcome_of(record)
            except MalformedRecordError as error:
                _log.warning("response_unreadable", offset=record.offset, reason=error.slug)
                continue
            request = self._request(asked.get(place), outcome) if place else None
            found.append(Answered(outcome=outcome, request=request))
        return found

    def _request(self, record: Record | None, outcome: Outcome) -> ChatRequest | None:
        """Return the request in *record*, if it is the one that *outcome* is of."""
        if record is None:
            return None
        try:
            request = decode_request(record, default_deadline=self._default_deadline)
        except MalformedRecordError:
            return None
        is_its = (request.correlation_id, request.thread_id, request.user_id) == (
            outcome.correlation_id,
            outcome.thread_id,
            outcome.user_id,
        )
        return request if is_its else None


async def _records_at(places: Collection[_Place], topic: StretchReader) -> Mapping[_Place, Record]:
    """Return the records at *places*, as far as there still are any."""
    offsets: defaultdict[int, list[int]] = defaultdict(list)
    for partition, offset in sorted(places):
        offsets[partition].append(offset)
    there = await topic.whole(offsets) if offsets else {}
    found = {}
    for stretches in _together(offsets, there):
        async for records in topic.read(stretches):
            found.update({(each.partition, each.offset): each for each in records})
    return found


def _together(offsets: Mapping[int, Sequence[int]], there: Stretches) -> Iterator[Stretches]:
    """Yield what to read one after the other: of each partition a stretch without large gaps."""
    wanted = {p: [o for o in offsets[p] if o in stretch] for p, stretch in there.items()}
    for stretches in zip_longest(*(_stretches(found) for found in wanted.values())):
        yield {
            partition: stretch
            for partition, stretch in zip(wanted, stretches, strict=True)
            if stretch is not None
        }


def _stretches(offsets: Sequence[int]) -> Iterator[range]:
    """Yield what covers *offsets*, which rise."""
    begin = end = None
    for offset in offsets:
        if begin is None or end is None:
            begin = offset
        elif offset - end > _NEAR:
            yield range(begin, end)
            begin = offset
        end = offset + 1
    if begin is not None and end is not None:
        yield range(begin, end)


def _request_place(record: Record) -> _Place | None:
    """Return partition and offset of a response's request, if it says so."""
    said = _PLACE.fullmatch(dict(record.headers).get(REQUEST_OFFSET, b""))
    return (int(said[1]), int(said[2])) if said else None
