"""Findings, for people and for programs."""

import json

import pytest

from cse_chat.entrypoints.cli.exit_codes import ExitCode
from cse_chat.entrypoints.cli.findings import Finding, State, report
from tests.unit.cli.played import failure_of

WELL = Finding(subject="python", state=State.OK, says="new enough")
WORN = Finding(subject="disk", state=State.WARN, says="nearly full", remedy="make room")
BROKEN = Finding(subject="port", state=State.FAIL, says="taken\x1b[2J", remedy="choose another")


def test_each_is_a_line_with_what_to_do_below(capsys: pytest.CaptureFixture[str]) -> None:
    report([WELL, WORN], as_json=False)

    assert capsys.readouterr().out.splitlines() == [
        "ok    python  new enough",
        "warn  disk    nearly full",
        "              -> make room",
    ]


def test_a_failure_ends_the_command_and_controls_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = failure_of(lambda: report([BROKEN, WELL], as_json=False))

    assert (error.code, str(error)) == (
        ExitCode.UNUSABLE,
        "1 check fails; what to do is said with each",
    )
    assert "taken[2J" in capsys.readouterr().out


def test_programs_get_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    error = failure_of(lambda: report([BROKEN, WORN, BROKEN], as_json=True))

    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    assert document["findings"][1] == {
        "subject": "disk",
        "state": "warn",
        "says": "nearly full",
        "remedy": "make room",
    }
    assert str(error).startswith("2 checks fail")
