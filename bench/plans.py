"""What a load generator is told, and what it tells: JSON between two processes."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which load to put on which server.

    Attributes:
        ports: Where the server's processes listen; the clients are spread over them.
        processes: Whose processor time is read, by role; their descendants' as well.
        expected: What the body of a right answer holds; `{question}` in it stands for what was
            asked.
        clients: Connections; each asks again as soon as it is answered, unless there is a rate.
        rate: Questions a second, whatever comes of them; 0 for a closed loop.
        warm_up: Seconds of load before answers count.
        seconds: How long they count; longer, within the patience, until there are as many answers
            as clients.
        requests: How many of them count, at most; 0 for as many as the time allows.
        threads: Conversations that the clients share; 0 for a new one with each question.
        patience: Seconds for what is still unanswered when the time is over.
    """

    host: str
    ports: tuple[int, ...]
    processes: dict[str, tuple[int, ...]]
    expected: str
    clients: int
    seconds: float
    rate: float = 0
    warm_up: float = 0
    requests: int = 0
    threads: int = 0
    patience: float = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a plan.

    Attributes:
        errors: How often what went wrong, warm-up included: another status, text or correlation
            id, a connection that was lost or refused, no answer at all.
        seconds: How long answers counted; with a rate, how long what was due then.
        cpu: Seconds of processor time that the processes of each role took meanwhile.
        generator_cpu: Those of the generator.
        latencies_ms: Of each right answer that counted, ascending; with a rate, from when the
            question was due.
    """

    errors: dict[str, int]
    seconds: float
    generator_cpu: float
    latencies_ms: list[float]
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def answers(self) -> int:
        """How many right answers counted."""
        return len(self.latencies_ms)

    @property
    def server_cpu(self) -> float:
        """Seconds of processor time of all roles."""
        return sum(self.cpu.values())
