"""A gateway, what is said in its topics, and all who hear it: how much, how soon, at which cost."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bench.cluster import GATEWAY
from bench.dialogues import Dialogue, talking
from bench.errors import BrokenRunError
from bench.figures import histogram, percentile
from bench.processes import cpu_seconds_of_family
from bench.publishing import Offer, Published, PublishingPlan, Topic
from bench.servers import HOST, Server
from bench.stamps import LENGTH
from bench.subscribing import (
    Begin,
    GoOn,
    GroupHeard,
    Heard,
    Order,
    Pause,
    Seats,
    Settle,
    SubscribingPlan,
)

PATIENCE: Final = 15.0  # seconds until what has not come is counted as missing
_TUNING_RATE: Final = 5
_TUNING_TRIES: Final = 20
_TUNING_PATIENCE: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """What was said at one rate, and what of it was heard.

    Attributes:
        rate: How many a second in each topic.
        said: How many, in all topics.
        cpu: Seconds of processor time of each role of the server.
        seconds: From the first until everybody had the last, or the patience was over.
    """

    rate: float
    said: int
    seconds: float
    published: Published
    heard: Heard
    cpu: dict[str, float]

    @property
    def latencies_ms(self) -> Sequence[float]:
        """Of all groups, ascending."""
        return sorted(ms for group in self._groups for ms in group.latencies_ms)

    @property
    def deliveries(self) -> int:
        """How many were heard, by all who heard them."""
        return sum(len(group.latencies_ms) for group in self._groups)

    @property
    def missing(self) -> int:
        """How many were not heard, or not in their order."""
        return sum(group.missing + group.repeated + group.behind for group in self._groups)

    @property
    def gaps(self) -> int:
        """How often somebody was told that something is missing."""
        return sum(group.gaps for group in self._groups)

    @property
    def late_ms(self) -> float:
        """By how much 99 % were said no later than they were due."""
        return percentile(self.published.late_ms, 0.99)

    def latency(self, share: float, group: str | None = None) -> float:
        """Return a percentile, in milliseconds; of one group, or of all."""
        latencies = self.heard.groups[group].latencies_ms if group else self.latencies_ms
        if not latencies:
            raise BrokenRunError(f"nobody heard anything: {self.heard.failures or 'no failure'}")
        return percentile(latencies, share)

    def cpu_us_of(self, role: str) -> float:
        """Return the microseconds of one role's processor time for a delivery."""
        return self.cpu.get(role, 0) * 1e6 / max(self.deliveries, 1)

    @property
    def busy(self) -> dict[str, float]:
        """Which share of a processor whoever took part in it took."""
        shares = {role: seconds / self.seconds for role, seconds in self.cpu.items()}
        return {
            **shares,
            "publisher": self.published.cpu / self.published.seconds,
            "subscribers": self.heard.cpu / self.seconds,
        }

    @property
    def _groups(self) -> Sequence[GroupHeard]:
        return tuple(self.heard.groups.values())

    def document(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "rate": self.rate,
            "said": self.said,
            "seconds": self.seconds,
            "deliveries": self.deliveries,
            "missing": self.missing,
            "gaps": self.gaps,
            "failures": self.heard.failures,
            "said_again": self.published.again,
            "said_late_ms_p99": self.late_ms,
            "cpu_us_per_delivery": {role: self.cpu_us_of(role) for role in self.cpu},
            "busy": self.busy,
            "latencies_ms": {
                name: histogram(group.latencies_ms) for name, group in self.heard.groups.items()
            },
        }


class Broadcasting:
    """Says something to all who follow, again and again."""

    def __init__(self, server: Server, publishing: Dialogue, subscribing: Dialogue) -> None:
        self._server = server
        self._publishing = publishing
        self._subscribing = subscribing
        self._next = 1
        self._topics = 0

    def tune_in(self, topics: int) -> None:
        """Say something until everybody has heard it.

        Args:
            topics: How many there are.

        Raises:
            BrokenRunError: Somebody never hears anything.
        """
        self._topics = topics
        heard = Heard()
        for _ in range(_TUNING_TRIES):
            heard = self(rate=_TUNING_RATE, count=1, patience=_TUNING_PATIENCE).heard
            if not any(group.silent + group.behind for group in heard.groups.values()):
                return
        raise BrokenRunError(f"not everybody hears {self._server.name}: {heard.failures}")

    def __call__(
        self,
        *,
        rate: float,
        count: int,
        chars: int = LENGTH,
        patience: float = PATIENCE,
        meanwhile: Callable[[], object] | None = None,
    ) -> Broadcast:
        """Say it, and return what was heard.

        Args:
            rate: How many a second in each topic.
            count: How many in each.
            chars: How long each is.
            patience: Seconds for what has not come when all is said.
            meanwhile: Called while it is said.
        """
        first, last = self._next, self._next + count - 1
        self._next = last + 1
        self.order(Begin(first))
        began, before = time.perf_counter(), self._cpu()
        self._publishing.say(Offer(first=first, count=count, rate=rate, chars=chars))
        if meanwhile:
            meanwhile()
        published = self._publishing.hear(Published)
        heard = self.order(Settle(last, patience))
        seconds, after = time.perf_counter() - began, self._cpu()
        return Broadcast(
            rate=rate,
            said=count * self._topics,
            seconds=seconds,
            published=published,
            heard=heard,
            cpu={role: after[role] - before[role] for role in before},
        )

    def pause(self, group: str) -> None:
        """Have a group take nothing."""
        self.order(Pause(group))

    def go_on(self, group: str) -> None:
        """Have a group take again what comes."""
        self.order(GoOn(group))

    def order(self, order: Order) -> Heard:
        """Have those who follow do something."""
        return self._subscribing.ask(order, Heard)

    def _cpu(self) -> dict[str, float]:
        return {
            role: sum(map(cpu_seconds_of_family, pids))
            for role, pids in self._server.processes.items()
        }


@contextmanager
def broadcasting(
    server: Server, redis: str, topics: Sequence[Topic], seats: Sequence[Seats]
) -> Iterator[Broadcasting]:
    """Start who speaks and who follows, and yield what has them do so once all hear.

    Args:
        server: Where those who follow are.
        redis: The URL of the server that it hears.
        topics: Where something is said.
        seats: Who follows.
    """
    plan = PublishingPlan(redis=redis, topics=tuple(topics))
    with talking("bench.publishing", plan) as publishing:
        publishing.hear(Published)
        audience = SubscribingPlan(host=HOST, seats=tuple(seats))
        with talking("bench.subscribing", audience) as subscribing:
            subscribing.hear(Heard)
            broadcast = Broadcasting(server, publishing, subscribing)
            broadcast.tune_in(len(topics))
            yield broadcast


def port_of(server: Server) -> int:
    """Return where the only gateway of *server* listens."""
    (port,) = server.ports
    return port


def gateway_of(server: Server) -> int:
    """Return the process of the only gateway of *server*."""
    (pid,) = server.processes[GATEWAY]
    return pid
