"""The one producer of a process: watched, bounded, and replaced when it is of no more use."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from itertools import count
from typing import Self

from aiokafka.errors import MessageSizeTooLargeError

from cse_chat.adapters.durations import UP_TO_A_TIMEOUT, Durations
from cse_chat.adapters.kafka.batching_producer import BatchingProducer, Pauses
from cse_chat.adapters.kafka.errors import reason_of
from cse_chat.adapters.kafka.outgoing import Headers, NotHandedOverError, OutgoingRecord
from cse_chat.adapters.kafka.supervision import Supervision
from cse_chat.domain.errors import OverloadedError, TransportError

_LARGEST = 2_500_000  # bytes: a dead letter is a request of 1 MiB and its headers


class SupervisedProducer:
    """Sends records, each confirmed by all replicas in sync, in order of `send` within a key.

    It opens whether Kafka is there or not, and goes on trying. No call takes much longer
    than *confirmed_by*. While Kafka stalls, what comes is kept waiting, not handed over, so that a
    short stall costs time and no more; a long one is told at once. A client whose sequence broke, or
    that got nothing confirmed for long, is abandoned, never flushed, and replaced.
    Safe to call concurrently.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        topics: Collection[str] = (),
        confirmed_by: timedelta = timedelta(seconds=5),
        most_waiting: int = 10_000,
        pauses: Pauses = Pauses(),  # noqa: B008 - frozen
    ) -> None:
        """Store the arguments.

        Args:
            bootstrap_servers: ``host:port`` to begin with, several with commas between.
            topics: What must exist before anything is sent.
            confirmed_by: How long a whole `send` may take, waiting for its turn included.
            most_waiting: Records that are not handed over yet; beyond them it is overloaded.
            pauses: How long records wait for others.
        """
        self._patience = confirmed_by.total_seconds()
        self._most_waiting = most_waiting
        self._waiting = 0  # for a client
        self._numbers = count()
        self._hurries = 0
        self._supervision = Supervision(
            bootstrap_servers, topics=topics, patience=self._patience, pauses=pauses
        )
        self.send_seconds = Durations(UP_TO_A_TIMEOUT)
        """How long each `send` took that succeeded."""
        self.errors: Counter[str] = Counter()
        """The others: ``overloaded``, ``unsent``, ``refused``, ``unconfirmed``."""

    @property
    def healthy(self) -> bool:
        """Whether records are confirmed as far as is known."""
        return self._supervision.usable is not None

    @property
    def problem(self) -> str | None:
        """Why it is not healthy, for an operator; ``None`` while it is."""
        return self._supervision.problem

    @property
    def replaced(self) -> int:
        """How many clients were abandoned so far."""
        return self._supervision.replaced

    async def __aenter__(self) -> Self:
        """Begin to connect; a Kafka that answers at once is connected on return."""
        await self._supervision.begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let what was handed over be confirmed for a moment, and disconnect."""
        await self._supervision.end()

    async def send(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        is_urgent: bool = True,
    ) -> None:
        """Return once the record is kept by all replicas in sync.

        One that is not urgent waits for others to go with: see `BatchingProducer`.

        Raises:
            OverloadedError: Too many wait already; it was not handed over.
            UnconfirmedError: It was handed over, and not confirmed in time.
            TransportError: It was not handed over, or refused by the broker.
        """
        began = time.perf_counter()
        loop = asyncio.get_running_loop()
        number, deadline = next(self._numbers), loop.time() + self._patience
        hurries = self._hurries
        try:
            self._check_room(value)
            while True:
                client = self._supervision.at_once
                if client is None or not client.partitions.are_told(topic):
                    client = await self._client_for(topic, deadline)
                confirmed = loop.create_future()
                urgent = is_urgent or self._hurries != hurries
                client.put(
                    OutgoingRecord(number, topic, key, value, headers, deadline, confirmed, urgent)
                )
                try:
                    await confirmed
                except NotHandedOverError:
                    await asyncio.sleep(0)  # it may have been said at once: others have their turn
                    continue  # the next client is given it, in its old place
                break
        except (OverloadedError, TransportError) as error:
            self.errors[reason_of(error)] += 1
            raise
        self.send_seconds.observe(time.perf_counter() - began)

    def _check_room(self, value: bytes | None) -> None:
        if value is not None and len(value) > _LARGEST:
            raise TransportError("Kafka: MessageSizeTooLargeError") from MessageSizeTooLargeError()
        client = self._supervision.current
        waiting = self._waiting + (client.waiting if client else 0)
        if waiting >= self._most_waiting:
            raise OverloadedError(f"{waiting} records wait to be sent")

    async def _client_for(self, topic: str, deadline: float) -> BatchingProducer:
        self._waiting += 1
        try:
            client = await self._supervision.awaited(deadline)
            if not client.partitions.are_told(topic):
                await client.partitions.learn(topic, deadline)
        finally:
            self._waiting -= 1
        return client

    def partition_of(self, topic: str, key: bytes) -> int | None:
        """Return where a record with *key* goes now; ``None`` while nobody can say, or it is not well."""
        client = self._supervision.usable
        return client.partitions.of(topic, key) if client is not None else None

    def hurry(self) -> None:
        """Have sent whatever waits as if it were urgent."""
        self._hurries += 1  # also what is given to no client yet, or to the next one
        if self._supervision.current is not None:
            self._supervision.current.hurry()

    async def send_repeatable(
        self,
        topic: str,
        *,
        key: bytes | None,
        value: bytes | None,
        headers: Headers = (),
        is_urgent: bool = True,
    ) -> None:
        """As `send`, for a record that may come twice.

        Raises:
            TransportError: It may not be kept; repeating is right.
        """
        try:
            await self.send(topic, key=key, value=value, headers=headers, is_urgent=is_urgent)
        except OverloadedError as error:
            raise TransportError(str(error)) from error
