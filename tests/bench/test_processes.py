"""What is read of processes: several of a role, and what they started."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.load import cpu_by_role
from bench.plans import Plan
from bench.processes import cpu_seconds, cpu_seconds_of_family, family, resident_bytes
from bench.servers import Server

SPIN = "x = 0\nwhile x < 3_000_000: x += 1\n"
PARENT = f"""
import os, subprocess, sys
subprocess.run([sys.executable, "-c", {SPIN!r}])
child = subprocess.Popen(
    [sys.executable, "-c", "print(flush=True); input()"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
)
child.stdout.readline()  # from then on it stands still
print(child.pid, flush=True)
input()
child.communicate(b"\\n")
"""


@contextmanager
def a_parent() -> Iterator[tuple[int, int]]:
    """Yield the ids of a process that has let a busy child end, and of its living one."""
    with subprocess.Popen(  # noqa: S603 -- our own words
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        yield parent.pid, int(parent.stdout.readline())
        parent.communicate("\n")


def a_plan(**processes: tuple[int, ...]) -> Plan:
    return Plan(host="", ports=(), processes=processes, expected="", clients=1, seconds=1)


def test_a_family_is_a_process_and_all_that_it_started() -> None:
    with a_parent() as (parent, child):
        assert {parent, child} <= set(family(parent))


def test_the_time_of_a_child_that_has_ended_counts_for_its_family() -> None:
    with a_parent() as (parent, child):
        assert cpu_seconds_of_family(parent) > cpu_seconds_of_family(child) + 0.05


def test_what_has_ended_has_no_time_any_more() -> None:
    with a_parent() as (parent, _):
        pass

    assert list(family(parent)) == [parent]
    assert cpu_seconds_of_family(parent) == 0


def test_the_time_of_a_role_is_that_of_all_its_processes() -> None:
    with a_parent() as (one, _), a_parent() as (other, _):
        told = cpu_by_role(a_plan(gateway=(one,), worker=(one, other)))

    assert told["worker"] >= told["gateway"] + 0.05


def test_the_memory_of_a_role_is_that_of_all_its_processes() -> None:
    with a_parent() as (parent, child):
        server = Server(name="", host="", ports=(), processes={"both": (parent,)}, expected="")

        # Both stand still: they have started and wait. We ourselves would take memory meanwhile.
        assert server.resident["both"] == resident_bytes(parent) + resident_bytes(child)


def test_what_a_process_does_in_less_than_a_tick_counts() -> None:
    before = cpu_seconds(os.getpid())
    sum(range(1_000))

    assert cpu_seconds(os.getpid()) > before
