"""Every case with tiny numbers: real processes, real sockets, a complete report."""

import json
import sys
from pathlib import Path
from statistics import median
from typing import Any, cast

import pytest
from click.testing import CliRunner
from httpx import ASGITransport, AsyncClient

from bench.__main__ import CASES, main
from bench.answers import Answer, is_right
from bench.contestants.bare import create_app
from bench.contestants.face import Ask
from bench.contestants.face import create_app as create_face
from bench.contestants.records import response_to
from bench.errors import BrokenRunError
from bench.servers import serving
from tests.bench.arithmetic import ARITHMETIC

TINY = [
    "--rounds",
    "1",
    "--seconds",
    "0.2",
    "--warm-up",
    "0",
    "--clients",
    "1,8",
    "--requests",
    "20,40",
    "--starts",
    "1",
    "--senders",
    "50",
    "--waiting",
    "5,40",
    "--agent-seconds",
    "0.05",
    "--threads",
    "5",
    "--stall-seconds",
    "0.3",
    "--shapes",
    "2x2",
    "--records",
    "300",
    "--overload-seconds",
    "0.6",
    "--fan-outs",
    "1x6x20,2x2x20",
]

# What is in the runs of a case, and how many runs there are.
RUNS: dict[str, tuple[int, set[str]]] = {
    "yardstick": (1, {"milliseconds"}),
    "startup": (1, {"seconds", "yardstick_ms"}),
    "analyst": (1, {"first_seconds", "milliseconds", "yardstick_ms"}),
    "echo": (4, {"answers", "errors", "latencies_ms", "server_busy", "generator_busy"}),
    "durable": (6, {"answers", "errors", "cpu_us_per_answer", "resident_bytes", "yardstick_ms"}),
    "open": (4, {"share", "rate", "answers", "errors", "cpu_us_per_answer", "yardstick_ms"}),
    "memory": (6, {"requests", "resident_bytes", "peak_resident_bytes", "errors"}),
    "waiting": (4, {"level", "resident_bytes", "redis_connections", "busy", "probes_ms"}),
    "slow": (1, {"answers", "errors", "threads", "misplaced", "cpu_us_per_answer"}),
    "stall": (1, {"capacity", "rate", "frozen", "thawed", "kinds", "later", "seconds"}),
    "scaling": (2, {"gateways", "workers", "answers", "errors", "cpu_us_per_answer"}),
    "growth": (10, {"records"}),
    "overload": (1, {"capacity", "goodput", "kinds", "later", "seconds"}),
    "visible": (1, {"deliveries", "missing", "busy", "latency_ms", "latencies_ms"}),
    "fanout": (2, {"threads", "followers", "held_rate", "steps", "half", "yardstick_ms"}),
    "channels": (6, {"contestant", "deliveries", "missing", "cpu_us_per_delivery"}),
    "losses": (6, {"scene", "contestant", "due", "deliveries", "missing", "gaps"}),
    "followers": (4, {"level", "resident_bytes", "redis_connections", "busy", "probes_ms"}),
    "sends": (3, {"sent", "failures", "cpu_us_per_send", "kafka_cpu_us_per_send"}),
}


# One number of clients for each contestant is enough: all of them start processes.
FEWER: dict[str, list[str]] = {
    "durable": ["--clients", "2"],
    "open": ["--clients", "2", "--seconds", "1", "--contestants", "cse-chat"],
}


def measured(case: str, folder: Path) -> tuple[str, dict[str, Any]]:
    """Return what was printed and what was written."""
    reports, plot = folder / "reports", folder / "plot.svg"
    arguments = [case, *TINY, *FEWER.get(case, []), "--folder", str(reports), "--plot", str(plot)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert plot.exists() == (case == "durable")
    (path,) = reports.iterdir()
    assert path.name.endswith(f"-{case}.json")
    assert str(path) in result.stdout
    return result.stdout, json.loads(path.read_text("utf-8"))


@pytest.mark.timeout(300)  # a busy machine takes long to start two dozen processes
@pytest.mark.parametrize("case", CASES)
def test_a_case_leaves_a_complete_report(case: str, tmp_path: Path) -> None:
    printed, report = measured(case, tmp_path)

    number, fields = RUNS[case]
    assert len(report["runs"]) == number
    assert all(fields <= set(run) for run in report["runs"])
    assert report["errors"] == 0
    assert {"python", "packages", "kernel", "processors"} <= set(report["machine"])
    assert {"litestar", "uvicorn", "cse-chat"} <= set(report["machine"]["packages"])
    for figure in report["figures"]:
        assert figure["name"] in printed
        assert figure["median"] == median(figure["samples"])
        assert figure["low"] <= figure["median"] <= figure["high"]
        assert (figure["met"] is None) == (figure["goal"] is None)
    ARITHMETIC[case](report)


async def test_the_bare_handler_gives_the_bytes_it_was_given_and_reads_the_same_body() -> None:
    app = create_app(b'{"response":"x"}')
    transport = ASGITransport(cast("Any", app))  # Litestar types ASGI more narrowly
    async with AsyncClient(transport=transport, base_url="http://bare") as client:
        right = await client.post("/api/chat", json={"message": "m", "thread_id": "t"})
        wrong = await client.post("/api/chat", json={"message": 1})

    assert (right.status_code, right.content) == (200, b'{"response":"x"}')
    assert right.headers["content-type"] == "application/json"
    assert wrong.status_code == 400


def answering(ask: Ask) -> AsyncClient:
    transport = ASGITransport(cast("Any", create_face(ask)))  # like above
    return AsyncClient(transport=transport, base_url="http://face")


async def test_a_contestant_has_the_answer_that_the_generator_takes_for_right() -> None:
    async def ask(request: dict[str, Any]) -> dict[str, Any]:
        return response_to(request)

    async with answering(ask) as client:
        answer = await client.post("/api/chat", json={"message": "why", "thread_id": "t"})

    head = b"\r\nx-correlation-id: " + answer.headers["x-correlation-id"].encode()
    assert is_right(
        Answer(answer.status_code, head, answer.content), b"Processed your query: 'why'"
    )
    assert answer.json()["thread_id"] == "t"


async def test_a_contestant_that_waits_in_vain_says_so() -> None:
    async def ask(_: dict[str, Any]) -> dict[str, Any]:
        raise TimeoutError

    async with answering(ask) as client:
        assert (await client.post("/api/chat", json={"message": "why"})).status_code == 504


def a_script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_a_server_that_does_not_start_is_told_with_its_last_words() -> None:
    with (
        pytest.raises(BrokenRunError, match=r"(?s)it did not start;.*no data here"),
        serving("it", a_script("import sys; sys.exit('no data here')"), expected=""),
    ):
        pytest.fail("it was entered")  # pragma: no cover - it must not be


def test_a_server_that_ends_badly_is_told() -> None:
    script = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("http://127.0.0.1:1", flush=True)
signal.pause()
"""
    with (
        pytest.raises(BrokenRunError, match="it ended with 3"),
        serving("it", a_script(script), expected="") as server,
    ):
        assert server.url == "http://127.0.0.1:1"


def test_a_server_that_gives_no_right_answer_breaks_the_run() -> None:
    script = 'import signal; print("http://127.0.0.1:1", flush=True); signal.pause()'
    with (
        pytest.raises(BrokenRunError, match=r"it gave no right answer.*cannot connect"),
        serving("it", a_script(script), expected="") as server,
    ):
        server.under(clients=2, seconds=0.1)
