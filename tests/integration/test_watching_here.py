"""`cse-chat doctor --watch` in this process: terminals, pipes and moments that a test chooses."""

import signal
import sys
from io import StringIO

import pytest
from typing_extensions import override

from brokers.ports import free_port
from cse_chat.entrypoints.cli import watching
from cse_chat.entrypoints.cli.watching import watch
from tests.integration.terminals import SHOW_CURSOR
from tests.raw_servers import a_server, said
from tests.unit.cli.telling import Told


class Screen(StringIO):
    """A terminal at which Ctrl+C is pressed while the first picture is written."""

    pressed = False

    @override
    def isatty(self) -> bool:
        return True

    @override
    def write(self, text: str) -> int:
        if not self.pressed and "Ctrl+C ends" in text:
            self.pressed = True
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


def test_ctrl_c_while_it_draws_leaves_a_terminal_with_a_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", screen := Screen())

    with pytest.raises(KeyboardInterrupt):
        watch([f"http://127.0.0.1:{free_port()}"])

    assert screen.pressed
    assert screen.getvalue().endswith(SHOW_CURSOR)


def test_a_terminal_of_few_lines_shows_that_there_are_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "_ANSWERED_WITHIN", 30.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("LINES", "10")
    monkeypatch.setattr(sys, "stdout", screen := Screen())

    answer = said("200 OK", Told().text())
    with a_server(answer) as url, pytest.raises(KeyboardInterrupt):
        watch([url, f"{url}/"])

    assert "does not answer" not in screen.getvalue()  # it is one, and asked once
    _, first, last = screen.getvalue().split("Ctrl+C ends")
    assert "..." in first
    assert "left open" not in first
    assert "left open" in last


class FullPipe(StringIO):
    """What nobody reads from: it takes nothing until Ctrl+C is pressed."""

    went_on = False

    @override
    def write(self, text: str) -> int:
        signal.raise_signal(signal.SIGINT)
        self.went_on = True
        return 0


def test_where_nobody_reads_on_ctrl_c_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_EVERY", 0.0)
    monkeypatch.setattr(sys, "stdout", pipe := FullPipe())
    before = signal.getsignal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        watch([f"http://127.0.0.1:{free_port()}"])

    assert not pipe.went_on
    assert signal.getsignal(signal.SIGINT) is before
