"""Ports for processes that start servers beside each other."""

import subprocess
import sys

TAKE_FIVE = """
from brokers import ports
ports._FIRST, ports._END = 20_000, 20_040
print(*(ports.free_port() for _ in range(5)), flush=True)
input()
"""


def test_no_two_processes_are_given_the_same_port() -> None:
    takers = [
        subprocess.Popen(  # noqa: S603 -- our own
            [sys.executable, "-c", TAKE_FIVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    given: list[str] = []
    for taker in takers:
        assert taker.stdout
        given += taker.stdout.readline().split()
    for taker in takers:
        taker.communicate("\n")

    assert len(set(given)) == len(given) == 20
