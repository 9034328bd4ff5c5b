"""Gateways and workers as processes, over a Kafka and a Redis, all to be broken."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from brokers.kafka import KafkaServer
from brokers.ports import free_port
from brokers.redis import RedisServer
from tests.brokers.afresh import make_afresh
from tests.integration.faults.stub_agent import LET_GO, RUNS
from tests.integration.processes import RunningProcess
from tests.waiting import until

SESSION_SECONDS = 6
ENTRY_POINT = "[cse_chat.agents]\nstub = tests.integration.faults.stub_agent:StubAgent\n"
TASKS = "tasks-"
SITE = f"""\
import os, signal, time
shift, told = float(os.environ.get("CSE_CHAT_TEST_CLOCK_SHIFT", 0)), time.time
time.time = lambda: told() + shift
def write_tasks(*_):
    import asyncio, pathlib
    runs = pathlib.Path(os.environ["{RUNS}"])
    runs.with_name(f"{TASKS}{{os.getpid()}}").write_text(str(len(asyncio.all_tasks())))
signal.signal(signal.SIGUSR1, write_tasks)
"""
"""What each process does first: it sets its clock, and counts its tasks whenever it is asked to."""

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Run:
    """What the agent wrote down of one execution."""

    what: str
    thread_id: str
    text: str
    pid: int
    at: float


class Cluster:
    """What runs, and how more of it is started; all but Kafka ends when it is left.

    Attributes:
        kafka: Runs already; what it knew of the product is forgotten when this is entered.
        redis: Of its own.
    """

    def __init__(self, folder: Path, kafka: KafkaServer, *, topics: bool = True) -> None:
        self.folder = folder
        self.kafka = kafka
        self.redis = RedisServer(folder / "redis")
        self.services: list[RunningProcess] = []
        self._topics = topics
        self._runs = folder / "runs"

    async def __aenter__(self) -> Self:
        site = self.folder / "site"
        info = site / "stub-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stub\nVersion: 1\n")
        (info / "entry_points.txt").write_text(ENTRY_POINT)
        (site / "sitecustomize.py").write_text(SITE)
        self._runs.touch()
        await make_afresh(self.kafka.address, with_topics=self._topics)
        self.redis.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for service in self.services:
            service.__exit__(None, None, None)
        self.redis.kill()

    def environment(self, **settings: str) -> dict[str, str]:
        named = {f"CSE_CHAT__{name}": value for name, value in settings.items()}
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(self.folder / "site"), str(ROOT)]),
            "XDG_DATA_HOME": str(self.folder),
            RUNS: str(self._runs),
            "CSE_CHAT__AGENT__NAME": "stub",
            "CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS": self.kafka.address,
            "CSE_CHAT__KAFKA__SESSION_SECONDS": str(SESSION_SECONDS),
            "CSE_CHAT__REDIS__URL": self.redis.url,
            "CSE_CHAT__HTTP__WAIT_SECONDS": "5",
            **named,
        }

    def start(
        self, role: str, number: int = 1, *, clock_shift: float = 0, **settings: str
    ) -> list[RunningProcess]:
        """Start *number* of them, and return when all serve.

        Args:
            role: ``gateway`` or ``worker``.
            number: How many.
            clock_shift: Seconds that their host's clock is ahead.
            settings: Of theirs, without prefix.
        """
        begun = []
        for _ in range(number):
            place = self.folder / f"{role}-{len(self.services)}"
            env = self.environment(**settings)
            env["CSE_CHAT_TEST_CLOCK_SHIFT"] = str(clock_shift)
            service = RunningProcess(place, env, role=role, port=free_port())
            service.start()
            self.services.append(service)
            begun.append(service)
        for service in begun:
            service.wait_until_it_serves()
        return begun

    def let_go(self) -> None:
        """Have the agents answer that were told to babble or to hold their answer back."""
        self._runs.with_name(LET_GO).touch()

    def worker_of(self, text: str) -> RunningProcess:
        """Return who has begun with *text* last."""
        *_, pid = (run.pid for run in self.runs() if (run.what, run.text) == ("start", text))
        return next(each for each in self.services if each.process.pid == pid)

    async def tasks_of(self, service: RunningProcess) -> int:
        """Return how many tasks a process has now."""
        told = self._runs.with_name(f"{TASKS}{service.process.pid}")
        told.write_text("")
        service.process.send_signal(signal.SIGUSR1)
        await until(lambda: bool(told.read_text()))
        return int(told.read_text())

    def runs(self) -> Iterator[Run]:
        """Yield what agents have written down, in the order of time."""
        for line in self._runs.read_text().splitlines():
            what, thread_id, text, pid, at = line.split("\t")
            yield Run(what, thread_id, text, int(pid), float(at))
