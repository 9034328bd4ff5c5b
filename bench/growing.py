"""A cluster that is filled with more and more questions, in short and in long conversations."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast
from urllib.request import Request, urlopen

from redis import Redis

from bench.cluster import Cluster
from bench.filling import Ids, Trace, fill, trace_of
from bench.servers import Server

LONG: Final = 100  # conversations, which have a tenth of all questions
_LONG_AT_ONCE: Final = 20  # questions in each of them at first: more than an agent is told
_SHORT: Final = 10  # questions in each of the other conversations
_SHARE_OF_LONG: Final = 10
_HTTP_SECONDS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What the grown brokers held."""

    records: int
    redis_bytes: int
    redis_keys: int
    kafka_bytes: int

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "records": self.records,
            "redis_bytes": self.redis_bytes,
            "redis_keys": self.redis_keys,
            "kafka_bytes": self.kafka_bytes,
        }


class Growth:
    """A cluster that is filled more and more.

    Attributes:
        records: Questions that are in it, but for those of the measurements.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.records = 0
        with cluster.ours() as server:
            self._short = _traced(cluster, server, None)
            self._long = _traced(cluster, server, _long_id(0))
        self._numbers = itertools.count(1)
        self._short_ids = self._ids_of_short()

    def to(self, records: int) -> None:
        """Fill it up to so many questions."""
        missing = records - self.records
        long = missing // _SHARE_OF_LONG
        fill(self.cluster, self._long, self._ids_of_long(long // LONG), long // LONG * LONG)
        fill(self.cluster, self._short, self._short_ids, missing - long)
        self.records = records

    def lengthen(self) -> None:
        """Give each long conversation its first questions."""
        fill(self.cluster, self._long, self._ids_of_long(_LONG_AT_ONCE), LONG * _LONG_AT_ONCE)

    def size(self) -> Size:
        """Return what it takes."""
        with Redis.from_url(self.cluster.redis.url) as redis:
            memory = cast("dict[str, int]", redis.info("memory"))["used_memory"]
            keys = cast("int", redis.dbsize())
        return Size(
            records=self.records,
            redis_bytes=memory,
            redis_keys=keys,
            kafka_bytes=_bytes_in(self.cluster.kafka.folder),
        )

    def _ids_of_short(self) -> Iterator[Ids]:
        _, template = self._short.ids
        for thread in itertools.count():
            thread_id = b"thread_%0*d" % (len(template) - len(b"thread_"), thread)
            for _ in range(_SHORT):
                yield self._correlation_id(), thread_id

    def _ids_of_long(self, questions: int) -> Iterator[Ids]:
        for thread in range(LONG):
            for _ in range(questions):
                yield self._correlation_id(), _long_id(thread).encode()

    def _correlation_id(self) -> bytes:
        return b"%08x-0000-4000-8000-000000000000" % next(self._numbers)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.log"))


def _long_id(number: int) -> str:
    return f"bench-{number:04}"  # as the generator calls them


def _traced(cluster: Cluster, server: Server, thread_id: str | None) -> Trace:
    body = {"message": "question 0000001 of client 0000"}
    asking = Request(  # noqa: S310 -- http, to ourselves
        f"{server.url}/api/chat",
        data=json.dumps(body | ({"thread_id": thread_id} if thread_id else {})).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(asking, timeout=_HTTP_SECONDS) as response:  # noqa: S310 -- likewise
        answer = json.load(response)
    return trace_of(cluster, answer["correlation_id"], answer["thread_id"])
