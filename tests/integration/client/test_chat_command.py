"""`cse-chat chat` while an answer comes: at a terminal, in a pipe, and with Ctrl+C."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.integration.client.agents import TEXT
from tests.integration.processes import COMMAND, RunningProcess, environment, run, wait_until
from tests.integration.terminals import CTRL_C, CTRL_D, Terminal

Open = Callable[[], Terminal]
STUMBLED = "That attempt broke off, and what it said does not count; another one begins.\n"


@pytest.fixture
def terminal(tmp_path: Path, service: RunningProcess) -> Iterator[Open]:
    """Open a chat at a terminal of 40 columns; it is gone when the test ends."""
    command = [str(COMMAND), "chat", "--url", service.url]
    env = environment(tmp_path) | {"COLUMNS": "40"}
    with ExitStack() as opened:
        yield lambda: opened.enter_context(Terminal(command, folder=tmp_path, env=env))


def test_steps_are_shown_until_there_is_text_which_is_shown_as_it_comes(terminal: Open) -> None:
    chat = terminal()
    chat.until("> ")

    chat.press("tell me\r")
    chat.until("waiting; Ctrl+C cancels it")
    chat.until("Reading the book; Ctrl+C cancels it")
    chat.until("It was")
    chat.until("narrator\n\n> ")
    chat.press(CTRL_D)

    assert chat.ended() == 0
    shown = chat.shown[chat.shown.index("It was") :]
    lines = shown.splitlines()
    assert lines[:3] == [
        "It was the best of times, it was the",
        "worst of times, it was the age of",
        "wisdom.",
    ]
    assert shown.count("best of times") == 1


def test_an_attempt_that_breaks_off_is_told_and_its_text_begins_anew(terminal: Open) -> None:
    chat = terminal()
    chat.until("> ")

    chat.press("stumble once\r")
    chat.until("it\n" + STUMBLED)
    shown = chat.until("narrator\n\n> ")

    assert "It was the best of times, it was the\n" in shown


def test_ctrl_c_in_the_middle_of_an_answer_cancels_it_and_says_so(terminal: Open) -> None:
    chat = terminal()
    chat.until("> ")

    chat.press("begin to tell me\r")
    chat.until("best of times,")
    chat.press(CTRL_C)
    chat.until("cse-chat: Cancelled: The question was cancelled.\n> ")
    chat.press("answer me\r")
    chat.until("of local\nstub\n\n> ")
    chat.press(CTRL_D)

    assert chat.ended() == 0


def test_a_second_ctrl_c_leaves(terminal: Open) -> None:
    chat = terminal()
    chat.until("> ")

    chat.press("begin to tell me\r")
    chat.until("best of times,")
    chat.press(CTRL_C)
    chat.until("cse-chat: Cancelled: The question was cancelled.\n> ")

    assert chat.interrupted() == 130
    assert "Ctrl+C again" not in chat.shown


def test_in_a_pipe_the_text_comes_as_it_is(tmp_path: Path, service: RunningProcess) -> None:
    result = run(tmp_path, "chat", "--url", service.url, stdin="tell me\nanswer me\n")

    assert (result.returncode, result.stderr) == (0, "")
    first, second = result.stdout.split("> answer me\n")
    assert first == f"> tell me\n{TEXT}\nnarrator\n\n"
    assert second == "answer to answer me, of local\nstub\n\n"


def test_in_a_pipe_it_comes_at_once_and_ctrl_c_cancels_the_question(
    tmp_path: Path, service: RunningProcess
) -> None:
    thread_id = "thread_of_pipe"
    command = [str(COMMAND), "chat", "--url", service.url, "--thread", thread_id]
    with subprocess.Popen(  # noqa: S603 -- our own command
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b"begin to tell me\n")
        process.stdin.close()
        shown = b""
        while b"best of times," not in shown:
            shown += (some := os.read(process.stdout.fileno(), 65_536))
            assert some, process.stderr.read()
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()

    assert process.returncode == 130
    assert b"cse-chat: Cancelled: The question was cancelled.\n" in told
    history = f"{service.url}/api/threads/{thread_id}/messages"
    wait_until(lambda: len(httpx.get(history).json()["messages"]) == 2)
    assert httpx.get(history).json()["messages"][1]["status"] == "cancelled"
