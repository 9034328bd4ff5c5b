"""A Kafka and a Redis of the bench's own, and gateways and workers over them."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Final, cast

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis import Redis

from bench.errors import BrokenRunError
from bench.servers import HOST, Server, environment
from bench.services import Service, running
from brokers.errors import BrokerError
from brokers.kafka import KafkaServer
from brokers.redis import RedisServer

COMMAND: Final = Path(sys.executable).with_name("cse-chat")
ECHOED: Final = '"response":"Processed your query: \'{question}\'"'  # see `Plan.expected`
OURS: Final = "cse-chat"
GATEWAY: Final = "gateway"
WORKER: Final = "worker"
KAFKA: Final = "kafka"
REDIS: Final = "redis"


class Cluster:
    """The brokers, which run, and what is started over them.

    Attributes:
        folder: Takes the data and logs of all; it goes with the cluster.
    """

    def __init__(self, folder: Path, kafka: KafkaServer, redis: RedisServer) -> None:
        self.folder = folder
        self.kafka = kafka
        self.redis = redis
        self._numbers = count()

    def environment(self, **settings: str) -> dict[str, str]:
        """Return the variables of one of ours over these brokers.

        It is not traced in tests: other tests of processes do that, and tracing costs most under load.

        Args:
            settings: Of the service, without their prefix; they win.
        """
        named = {
            "AGENT__NAME": "echo",
            "KAFKA__BOOTSTRAP_SERVERS": self.kafka.address,
            "REDIS__URL": self.redis.url,
            **settings,
        }
        return environment(self.folder, **named)

    def run(self, *arguments: str) -> None:
        """Run a command of ``cse-chat`` to its end.

        Raises:
            BrokenRunError: It failed.
        """
        ended = subprocess.run(  # noqa: S603 -- our own command
            [COMMAND, *arguments],
            env=self.environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise BrokenRunError(f"cse-chat {' '.join(arguments)} failed:\n{ended.stderr}")

    def rewrite_redis_file(self) -> None:
        """Have Redis write its append-only file anew now, and return when it has.

        It does so by itself as soon as the file has doubled, for seconds, and a processor is busy with
        that: whoever happens to be loaded then would pay for all that was asked before.

        Raises:
            BrokenRunError: It could not.
        """
        with Redis.from_url(self.redis.url) as redis:
            _wait_until_written(redis)
            redis.bgrewriteaof()
            _wait_until_written(redis)
            if _persistence(redis)["aof_last_bgrewrite_status"] != "ok":
                raise BrokenRunError("Redis could not write its append-only file anew")

    def create_topics(self, *names: str, partitions: int) -> None:
        """Create topics that are not ours."""
        asyncio.run(self._create_topics(names, partitions))

    async def _create_topics(self, names: Sequence[str], partitions: int) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.address)
        try:
            await admin.start()
            await admin.create_topics(
                [NewTopic(name, num_partitions=partitions, replication_factor=1) for name in names]
            )
        finally:
            await admin.close()

    def service(
        self,
        role: str,
        *command: str | Path,
        of: str = OURS,
        env: Mapping[str, str] | None = None,
    ) -> Service:
        """Return a process over these brokers that is not started.

        Args:
            role: See `Service`.
            command: See `Service`.
            of: Whose it is, for what is said of it.
            env: Without it, `environment`, and traced when we are.
        """
        traced = {name: text for name, text in os.environ.items() if name.startswith("COVERAGE_")}
        folder = self.folder / f"{role}-{next(self._numbers)}"
        env = env or {**traced, **self.environment()}
        return Service(role, *command, folder=folder, env=env, name=f"{of} {role}")

    def gateway(self, **settings: str) -> Service:
        """Return one of ours that is not started; see `environment`."""
        return self.service(GATEWAY, COMMAND, "gateway", *_PORT, env=self.environment(**settings))

    def worker(self, **settings: str) -> Service:
        """Return one of ours that is not started; see `environment`."""
        return self.service(WORKER, COMMAND, "worker", *_PORT, env=self.environment(**settings))

    @contextmanager
    def ours(self, *, gateways: int = 1, workers: int = 1, **settings: str) -> Iterator[Server]:
        """Start so many of ours and yield them as one server; end them as an operator would.

        Raises:
            BrokenRunError: One did not start, or did not end well.
        """
        services = [
            *(self.worker(**settings) for _ in range(workers)),
            *(self.gateway(**settings) for _ in range(gateways)),
        ]
        with running(services):
            yield self.server(OURS, services)
            for service in reversed(services):  # nobody asks when the workers go
                service.end()

    def server(
        self,
        name: str,
        services: Sequence[Service],
        *,
        roles: Sequence[str] = (KAFKA, REDIS),
        expected: str = ECHOED,
        generator: tuple[str, ...] = ("bench.load",),
    ) -> Server:
        """Return running *services* as what is loaded.

        Args:
            name: For the report.
            services: Those in the role of a gateway are asked.
            roles: The brokers that it works with.
            expected: See `Plan.expected`.
            generator: See `Server.generator`.
        """
        processes: dict[str, tuple[int, ...]] = {}
        for service in services:
            processes[service.role] = (*processes.get(service.role, ()), service.pid)
        brokers = {KAFKA: self.kafka, REDIS: self.redis}
        return Server(
            name=name,
            host=HOST,
            ports=tuple(service.port for service in services if service.role == GATEWAY),
            processes=processes | {role: (brokers[role].pid,) for role in roles},
            expected=expected,
            generator=generator,
        )


def _wait_until_written(redis: Redis) -> None:
    while _is_rewriting(_persistence(redis)):
        time.sleep(_LOOKING_SECONDS)


def _persistence(redis: Redis) -> Mapping[str, int | str]:
    return cast("dict[str, int | str]", redis.info("persistence"))


def _is_rewriting(told: Mapping[str, int | str]) -> bool:
    return bool(told["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"])


_PORT: Final = ("--port", "0")
_LOOKING_SECONDS: Final = 0.1


@contextmanager
def clustered() -> Iterator[Cluster]:
    """Start brokers on fresh data, with our topics; they are killed when this is left, or we end.

    Raises:
        BrokenRunError: They cannot be started.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cse-bench-")))
        try:
            redis = stack.enter_context(RedisServer(folder / "redis"))
            kafka = stack.enter_context(KafkaServer(folder / "kafka", lasting=True))
        except BrokerError as error:
            raise BrokenRunError(str(error)) from error
        cluster = Cluster(folder, kafka, redis)
        cluster.run("topics", "create")
        yield cluster
