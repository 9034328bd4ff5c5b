"""What `cse-chat run` says when it cannot start, and that it always ends."""

import errno
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.domain.errors import AgentUnavailableError
from cse_chat.entrypoints.agents import AgentFaultError
from cse_chat.entrypoints.cli.serving import cause_of, end_after, remedy_for
from cse_chat.entrypoints.server import CannotListenError


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (errno.EADDRINUSE, "port 80 on localhost is taken: stop what listens there"),
        (errno.EACCES, "port 80 is not open to you: choose one above 1023"),
        (errno.EADDRNOTAVAIL, "localhost is not an address of this machine"),
        (None, "localhost is not an address of this machine"),
    ],
)
def test_an_address_that_cannot_be_used_has_a_remedy(reason: int | None, words: str) -> None:
    remedy = remedy_for(CannotListenError("localhost", 80, reason))

    assert remedy
    assert remedy.startswith(words)


@pytest.mark.parametrize(
    "error",
    [
        MarketDataError(Path("prices.csv"), "is cut short"),
        AgentUnavailableError("set ORACLE_KEY"),
        AgentFaultError("the agent oracle is no agent"),
    ],
)
def test_an_agent_that_cannot_start_names_the_remedy_even_out_of_task_groups(
    error: Exception,
) -> None:
    wrapped = ExceptionGroup("", [ExceptionGroup("", [error])])

    assert remedy_for(cause_of(wrapped)) == str(error)


@pytest.mark.parametrize("error", [ValueError(), ExceptionGroup("", [ValueError(), OSError()])])
def test_what_nobody_expected_has_no_remedy(error: Exception) -> None:
    assert remedy_for(error) is None


def test_a_process_that_does_not_end_is_ended() -> None:
    ended, codes = Event(), list[int]()

    def end_process(code: int) -> None:
        codes.append(code)
        ended.set()

    timer = end_after(timedelta(milliseconds=1), end_process)

    assert ended.wait(5)
    timer.join()
    assert codes == [1]
