"""`cse-chat chat` at a terminal: a process, its keys, what it shows, its exit code."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.integration.processes import (
    COMMAND,
    RunningProcess,
    environment,
    run,
    wait_until,
)
from tests.integration.terminals import CTRL_C, CTRL_D, UP, Terminal

Start = Callable[..., RunningProcess]
Open = Callable[..., Terminal]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    """Start `cse-chat chat` at a terminal; it is gone when the test ends."""
    with ExitStack() as opened:
        yield lambda *options: opened.enter_context(
            Terminal([COMMAND, "chat", *options], folder=tmp_path, env=environment(tmp_path))
        )


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where echo answers at once, for all tests that need nothing else of a service."""
    with RunningProcess(tmp_path_factory.mktemp("service")) as service:
        yield service.url


def said(text: str) -> str:
    """Return the answer of echo, with the prompt that follows it."""
    return f"Processed your query: '{text}'\necho\n\n> "


def test_a_conversation_goes_on_until_ctrl_d(url: str, terminal: Open) -> None:
    chat = terminal("--url", url)
    chat.until(f"Asking {url}; /help explains, Ctrl+D ends.\n> ")

    chat.press("one\r")
    chat.until(said("one"))
    chat.press("two\r")
    chat.until(said("two"))
    chat.press("/history\r")
    shown = chat.until("query: 'two'\n\n> ")
    chat.press(CTRL_D)

    assert chat.ended() == 0
    assert shown.endswith(
        "> one\nProcessed your query: 'one'\n\n> two\nProcessed your query: 'two'\n\n> "
    )


def test_the_commands_say_what_they_do(url: str, terminal: Open) -> None:
    chat = terminal("--url", url)

    chat.press("/thread\r/history\r/help\r/nonsense\r")
    chat.until("begins with your first question.\n")
    chat.until("Nothing was said yet.\n")
    chat.until("/new      begin another conversation\n")
    chat.until("There is no such command; there are /new, /thread, /history, /help, /quit.\n")
    chat.press("/quit\r")

    assert chat.ended() == 0


def test_an_earlier_conversation_is_gone_on_with_and_left(url: str, terminal: Open) -> None:
    thread = httpx.post(f"{url}/api/chat", json={"message": "earlier"}).json()["thread_id"]
    chat = terminal("--url", url, "--thread", thread)

    chat.until("> earlier\nProcessed your query: 'earlier'\n\n> ")
    chat.press("later\r")
    chat.until(said("later"))
    chat.press("/thread\r")
    chat.until(f"Go on with: {COMMAND} chat --url {url} --thread {thread}\n")
    chat.press("/new\r")
    chat.until("A new conversation begins")
    chat.press("other\r")
    chat.until(said("other"))
    chat.press("/thread\r")
    assert thread not in chat.until("--thread thread_")


def test_a_conversation_that_nobody_knows_begins_anew(url: str, terminal: Open) -> None:
    chat = terminal("--url", url, "--thread", "thread_gone")

    chat.until("Nothing is known of thread_gone: it begins anew.\n> ")
    chat.press("one\r")
    chat.until(said("one"))


def test_ctrl_c_cancels_the_question_and_the_conversation_goes_on(
    start: Start, terminal: Open
) -> None:
    service = start(AGENT__ECHO_SECONDS="5")  # long enough to press a key meanwhile
    chat = terminal("--url", service.url)
    chat.until("> ")

    chat.press("slow\r")
    chat.until("waiting; Ctrl+C cancels it")
    chat.press(CTRL_C)
    chat.until("Cancelled: The question was cancelled.\n> ")
    chat.press("next\r")
    chat.until(said("next"))
    chat.press("/history\r")
    shown = chat.until("query: 'next'\n\n> ")
    chat.press(CTRL_D)

    assert chat.ended() == 0
    assert "> slow\n(cancelled: The question was cancelled.)\n" in shown
    assert "earlier question" not in chat.shown


def test_an_empty_line_looks_for_late_answers(start: Start, terminal: Open) -> None:
    service = start(AGENT__ECHO_SECONDS="1")
    chat = terminal("--url", service.url, "--wait", "0")
    chat.until("> ")

    chat.press("slow\r")
    told = chat.until("?wait=30'\n> ")
    address = told.split("curl -s '")[1].split("'")[0]
    wait_until(lambda: httpx.get(address).status_code == 200)
    chat.press("\r")
    chat.until(said("slow"))


def test_ctrl_c_clears_the_line_and_a_second_one_ends(url: str, terminal: Open) -> None:
    chat = terminal("--url", url)
    chat.until("> ")

    chat.press("never sent")
    chat.until("never sent")
    chat.interrupt("Ctrl+C again ends, Ctrl+D as well.\n> ")
    chat.press("sent\r")
    chat.until(said("sent"))
    chat.interrupt("Ctrl+C again ends, Ctrl+D as well.\n> ")

    assert chat.interrupted() == 130
    assert "Processed your query: 'never" not in chat.shown


def test_what_was_typed_is_at_the_arrow_key_the_next_time_for_its_owner_alone(
    url: str, terminal: Open, tmp_path: Path
) -> None:
    chat = terminal("--url", url)
    chat.until("> ")
    chat.press("first\r")
    chat.until(said("first"))
    chat.process.kill()  # it is kept line by line
    chat.ended()

    again = terminal("--url", url)
    again.until("> ")
    again.press(UP + "\r")
    again.until(said("first"))

    history = tmp_path / "cse-chat" / "chat_history"
    assert history.read_text().splitlines() == ["first"]
    assert history.stat().st_mode & 0o777 == 0o600


def test_the_history_has_the_last_thousand_lines(url: str, terminal: Open, tmp_path: Path) -> None:
    history = tmp_path / "cse-chat" / "chat_history"
    history.parent.mkdir()
    history.write_text("".join(f"line {number}\n" for number in range(1_500)))
    history.chmod(0o644)
    chat = terminal("--url", url)
    chat.until("> ")

    chat.press("newest\r")
    chat.until(said("newest"))

    lines = history.read_text().splitlines()
    assert (len(lines), lines[-2:]) == (1_000, ["line 1499", "newest"])
    assert history.stat().st_mode & 0o777 == 0o600


def test_without_history_nothing_is_written(url: str, terminal: Open, tmp_path: Path) -> None:
    chat = terminal("--url", url, "--no-history")
    chat.until("> ")
    chat.press("secret\r")
    chat.until(said("secret"))

    assert not (tmp_path / "cse-chat").exists()


def test_a_history_that_cannot_be_kept_is_told_and_prevents_nothing(
    url: str, terminal: Open, tmp_path: Path
) -> None:
    (tmp_path / "cse-chat").touch()
    chat = terminal("--url", url)

    chat.until("What you type is not kept: ")
    chat.press("one\r")
    chat.until(said("one"))


def test_a_service_that_goes_away_and_comes_back_ends_no_conversation(
    start: Start, terminal: Open
) -> None:
    service = start()
    port = httpx.URL(service.url).port
    chat = terminal("--url", service.url)
    chat.until("> ")
    chat.press("before\r")
    chat.until(said("before"))

    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(20) == 0
    chat.press("while away\r")
    chat.until(f"nothing listens at {service.url}: start it with `{COMMAND} run`\n> ")
    start(port=port)
    chat.press("after\r")
    chat.until(said("after"))
    chat.press(CTRL_D)

    assert chat.ended() == 0


def test_json_at_a_terminal_is_a_document_a_line(url: str, terminal: Open) -> None:
    chat = terminal("--url", url, "--json")
    chat.until("> ")

    chat.press("one\r")
    shown = chat.until("}\n> ")

    (line,) = [line for line in shown.splitlines() if line.startswith("{")]
    assert json.loads(line)["response"] == "Processed your query: 'one'"


def test_a_terminal_in_and_a_pipe_out_keeps_the_prompt_off_the_pipe(
    url: str, tmp_path: Path
) -> None:
    """As in `cse-chat chat --json | jq`."""
    with (tmp_path / "out").open("wb") as out:
        command = ["sh", "-c", f"{COMMAND} chat --json --url {url} > {out.name}"]
        with Terminal(command, folder=tmp_path, env=environment(tmp_path)) as chat:
            chat.until("> ")
            chat.press("one\r")
            chat.until("> ")
            chat.press(CTRL_D)
            assert chat.ended() == 0

    (line,) = (tmp_path / "out").read_text().splitlines()
    assert json.loads(line)["response"] == "Processed your query: 'one'"


def test_piped_lines_are_asked_in_turn_without_a_prompt(url: str, tmp_path: Path) -> None:
    result = run(tmp_path, "chat", "--url", url, stdin="one\n\ntwo")

    assert result.returncode == 0
    assert result.stdout == (
        "> one\nProcessed your query: 'one'\necho\n\n> two\nProcessed your query: 'two'\necho\n\n"
    )
    assert result.stderr == ""


def test_a_piped_run_tells_by_its_exit_code_that_nobody_answered(tmp_path: Path) -> None:
    result = run(tmp_path, "chat", "--url", "http://127.0.0.1:9", stdin="one\ntwo\n")

    assert result.returncode == 4
    assert result.stderr.count("nothing listens at") == 2
    assert result.stderr.endswith("cse-chat: 2 questions have no answer; why is said above\n")
