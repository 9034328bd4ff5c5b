"""The load generator, a process of its own: ``python -m bench.load``.

It reads a `Plan` as JSON and writes a `Result` as JSON. Without a rate the loop is closed: each
client asks again as soon as it is answered, so it finds a server's ceiling and the latency there.
With a rate it is open: see `Schedule`.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import msgspec
import uvloop

from bench.clients import Client, Tally
from bench.plans import Plan, Result
from bench.processes import cpu_seconds_of_family
from bench.schedules import Schedule

# More at once would measure the backlog of the listener.
_CONNECTING_AT_ONCE: Final = 100


async def measure(plan: Plan) -> Result:
    """Put the load of *plan* on its server; it ends, whatever the server does."""
    tally = Tally(clients=plan.clients, requests=plan.requests)
    schedule = Schedule(plan.rate, tally) if plan.rate else None
    clients = [
        Client(number, plan, tally, when_free=schedule.free if schedule else None)
        for number in range(plan.clients)
    ]
    await _connect(clients, plan, tally)
    for client in clients:
        if schedule:
            schedule.free(client)
        else:
            client.ask()
    result = await (scheduled(plan, tally, schedule) if schedule else counted(plan, tally))
    for client in clients:
        client.hang_up()
    return replace(result, errors=dict(tally.errors))


async def counted(plan: Plan, tally: Tally) -> Result:
    """Return what *tally* counts of a load that has begun; nobody asks any more afterwards."""
    await _within(plan.warm_up, tally.ended)

    tally.counting = True
    began, before, own_before = time.perf_counter(), cpu_by_role(plan), _own_cpu()
    await _within(plan.seconds, tally.ended)
    await _within(plan.patience, tally.enough)
    tally.counting = False
    seconds = time.perf_counter() - began
    cpu = {role: after - before[role] for role, after in cpu_by_role(plan).items()}
    generator_cpu = _own_cpu() - own_before

    tally.ended.set()
    await _within(plan.patience, tally.quiet)
    return Result(
        errors=dict(tally.errors),
        seconds=seconds,
        cpu=cpu,
        generator_cpu=generator_cpu,
        latencies_ms=sorted(seconds * 1000 for seconds in tally.latencies),
    )


async def scheduled(plan: Plan, tally: Tally, schedule: Schedule) -> Result:
    """Return what comes of what is due within the time that counts."""
    await schedule.keep(plan.warm_up)
    began, before, own_before = time.perf_counter(), cpu_by_role(plan), _own_cpu()
    tally.since, tally.counting = began, True
    await schedule.keep(plan.seconds)
    cpu = {role: after - before[role] for role, after in cpu_by_role(plan).items()}
    generator_cpu = _own_cpu() - own_before
    await schedule.end(plan.patience)  # what was due counts whenever it is answered
    return Result(
        errors=dict(tally.errors),
        seconds=plan.seconds,
        cpu=cpu,
        generator_cpu=generator_cpu,
        latencies_ms=sorted(seconds * 1000 for seconds in tally.latencies),
    )


def cpu_by_role(plan: Plan) -> dict[str, float]:
    """Return the processor time that the processes of *plan* have used until now."""
    return {
        role: sum(cpu_seconds_of_family(pid) for pid in pids)
        for role, pids in plan.processes.items()
    }


async def _connect(clients: Iterable[Client], plan: Plan, tally: Tally) -> None:
    loop = asyncio.get_running_loop()
    places = asyncio.Semaphore(_CONNECTING_AT_ONCE)

    async def connect(client: Client) -> None:
        async with places:
            try:
                await loop.create_connection(lambda: client, plan.host, client.port)
            except OSError:
                tally.failed("cannot connect")
                tally.left()

    async with asyncio.TaskGroup() as connecting:
        for client in clients:
            connecting.create_task(connect(client))


async def _within(seconds: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass


def _own_cpu() -> float:
    return time.process_time()


def main() -> None:
    """Do what standard input says, and say on standard output how it went."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    gc.disable()  # a collection would count as the server's latency; nothing here makes cycles
    result = uvloop.run(measure(plan))
    sys.stdout.buffer.write(msgspec.json.encode(result))


if __name__ == "__main__":  # pragma: no cover - the tests call measure()
    main()
