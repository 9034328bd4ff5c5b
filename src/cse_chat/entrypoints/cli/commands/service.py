"""The commands about the service itself; each imports what it does when it is called."""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import rich_click as click

Command = TypeVar("Command", bound=Callable[..., Any])

_STARTED: Final = time.perf_counter()


def _listening(*, host: str, port: str) -> Callable[[Command], Command]:
    """Give a command where it listens, each told with its own words."""

    def given(command: Command) -> Command:
        command = click.option("--port", type=click.IntRange(0, 65_535), help=port)(command)
        return click.option("--host", help=host)(command)

    return given


_listening_for_questions: Final = _listening(
    host="Address to listen on (CSE_CHAT__HTTP__HOST).",
    port="Port to listen on; 0 takes a free one (CSE_CHAT__HTTP__PORT).",
)


_letting_strangers_in: Final = click.option(
    "--allow-anonymous",
    is_flag=True,
    help="Let anybody in who can reach the host, all as one user, also where it is no loopback"
    " address (CSE_CHAT__AUTH__ALLOW_ANONYMOUS).",
)


@click.command(epilog="Example: `cse-chat run --port 8080`")
@_listening_for_questions
@_letting_strangers_in
def run(host: str | None, port: int | None, *, allow_anonymous: bool) -> None:
    """Run the service, in this one process.

    Nothing else has to run. Unless the settings name Kafka and Redis, questions and answers are kept in memory and
    end with the process. The first Ctrl+C or SIGTERM lets running questions finish; a second one stops at once.
    """
    from cse_chat.entrypoints.cli.run import run as serve  # noqa: PLC0415 -- takes most of a second

    serve(host=host, port=port, allow_anonymous=allow_anonymous, started=_STARTED)


@click.command(epilog="Example: `cse-chat gateway --port 8080`")
@_listening_for_questions
@_letting_strangers_in
def gateway(host: str | None, port: int | None, *, allow_anonymous: bool) -> None:
    """Take questions for workers to answer.

    It needs Kafka and Redis (CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS, CSE_CHAT__REDIS__URL), and the topics: `cse-chat topics
    create`. Any number may run. The first Ctrl+C or SIGTERM lets those who wait go, with the address of their answer.
    """
    from cse_chat.entrypoints.cli.run import run_gateway  # noqa: PLC0415 -- as above

    run_gateway(host=host, port=port, allow_anonymous=allow_anonymous, started=_STARTED)


@click.command(epilog="Example: `cse-chat worker --port 9101`")
@_listening(
    host="Address for health and metrics (CSE_CHAT__HTTP__HOST).",
    port="Port for health and metrics; 0 is none (CSE_CHAT__WORKER__PORT).",
)
def worker(host: str | None, port: int | None) -> None:
    """Answer the questions that gateways take.

    It needs Kafka and Redis, and the topics, as `cse-chat gateway` does. As many as there are partitions share the
    work. The first Ctrl+C or SIGTERM lets running questions finish; others take what is left.
    """
    from cse_chat.entrypoints.cli.run import run_worker  # noqa: PLC0415 -- as above

    run_worker(host=host, port=port, started=_STARTED)


@click.command(epilog="Example, in a Dockerfile: `HEALTHCHECK CMD cse-chat health`")
@click.option("--url", help="Where the service is; by default where the settings put it.")
@click.option(
    "--probe",
    type=click.Choice(["ready", "live", "startup"]),
    default="ready",
    show_default=True,
    help="ready: it takes questions. live: it answers at all. startup: its start is over.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 600, min_open=True),
    default=2,
    show_default=True,
    help="Seconds that the answer may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, on one line.")
def health(url: str | None, probe: str, timeout: float, *, as_json: bool) -> None:
    """Ask a running service how it is.

    The exit code is 0 only when it is well.
    """
    from cse_chat.entrypoints.cli.health import Probe  # noqa: PLC0415
    from cse_chat.entrypoints.cli.health import health as ask_health  # noqa: PLC0415

    ask_health(url=url, probe=Probe(probe), timeout=timeout, as_json=as_json)


@click.command(
    epilog="Example: `cse-chat doctor --watch --url http://127.0.0.1:8000 --url http://127.0.0.1:9100`"
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.option(
    "--watch", is_flag=True, help="Show how running processes are doing, each second until Ctrl+C."
)
@click.option(
    "--url",
    "urls",
    multiple=True,
    help="Process to watch, may be said several times; by default the gateway and the worker where"
    " the settings put them.",
)
def doctor(*, as_json: bool, watch: bool, urls: tuple[str, ...]) -> None:
    """Find what keeps it from working, and say what to do.

    Python, settings, the data folder, market data, the agent, the port, and the service if it
    runs. Nothing is changed. The exit code is 0 when nothing fails.

    With --watch: what running processes count at `/metrics`, as rates, times and what is in flight;
    on a terminal as a picture, elsewhere a line for each process.
    """
    if urls and not watch:
        raise click.UsageError("--url says what to watch: say --watch with it")
    if watch:
        if as_json:
            raise click.UsageError("--watch prints no JSON: read /metrics instead")
        from cse_chat.entrypoints.cli.watching import watch as look_on  # noqa: PLC0415 -- slow

        look_on(urls)
        return
    from cse_chat.entrypoints.cli.doctor import doctor as look  # noqa: PLC0415 -- it needs all

    look(as_json=as_json)
