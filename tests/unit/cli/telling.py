"""A gateway's metrics, as a test has them."""

from cse_chat.adapters.durations import Durations
from cse_chat.entrypoints.metrics.exposition import Metrics
from cse_chat.entrypoints.metrics.families import gateway, process


class Told:
    """A gateway that tells what a test says."""

    def __init__(self) -> None:
        self.accepted, self.in_flight, self.ready, self.down = 0, 0, 1, list[str]()
        self.outcomes = dict.fromkeys(gateway.REQUESTS.known, 0)
        self.seconds = Durations((0.1, 1.0))
        self.metrics = Metrics()
        known = ("1", "3.11", "gateway", "echo", "kafka", "redis")
        self.metrics.exports(process.BUILD_INFO, lambda: {known: 1})
        self.metrics.exports(process.READY, lambda: self.ready)
        self.metrics.exports(process.DEPENDENCY_UP, lambda: dict.fromkeys(self.down, 0))
        self.metrics.exports(gateway.ACCEPTED, lambda: self.accepted)
        self.metrics.exports(gateway.REQUESTS, lambda: self.outcomes)
        self.metrics.exports(gateway.IN_FLIGHT, lambda: self.in_flight)
        self.metrics.exports(gateway.RESPONSE_SECONDS, lambda: self.seconds)

    async def __call__(self, _: str) -> str:
        return self.text()

    def text(self) -> str:
        return self.metrics.scraped(None)[0].decode()

    def answer(self, count: int) -> None:
        self.accepted += count
        self.outcomes["answered"] += count
        for _ in range(count):
            self.seconds.observe(0.05)
