"""What is printed, what is written, and when `make bench` fails."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from bench.__main__ import conduct, main
from bench.cases import echo
from bench.errors import BrokenRunError
from bench.figures import Direction, Figure, Goal
from bench.options import Options
from bench.plans import Result
from bench.reports import Report, show
from bench.runs import Run

A_REPORT = Report(
    case="walk",
    claim="a step",
    settings={},
    runs=({"steps": 1},),
    figures=(
        Figure(name="speed", unit="ms", samples=(3.0, 1.0, 2.0), goal=Goal(Direction.AT_MOST, 1.5)),
    ),
)


def conducted(report: Report | BrokenRunError, folder: Path) -> tuple[bool, str]:
    """Return whether all was well, and what was said aside."""
    said = io.StringIO()

    def measure(_: Options) -> Report:
        if isinstance(report, BrokenRunError):
            raise report
        return report

    well = conduct({"walk": measure}, Options(), folder=folder, aside=Console(file=said))
    return well, said.getvalue()


def shown(report: Report) -> str:
    text = io.StringIO()
    show(report, Console(file=text, width=100))
    return text.getvalue()


def test_a_missed_goal_is_told_and_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conducted(A_REPORT, tmp_path) == (True, "")
    line = next(line for line in capsys.readouterr().out.splitlines() if "speed" in line)
    assert line.split() == [
        "speed",
        "2.00",
        "ms",
        "1.00",
        "to",
        "3.00",
        "at",
        "most",
        "1.50",
        "ms",
        "missed",
    ]
    (path,) = tmp_path.iterdir()
    figure = json.loads(path.read_text("utf-8"))["figures"][0]
    assert figure["goal"] == {"direction": "at most", "bound": 1.5}
    assert figure["met"] is False


def test_a_wrong_answer_is_a_failure(tmp_path: Path) -> None:
    assert conducted(replace(A_REPORT, errors=1), tmp_path)[0] is False
    assert "1 errors: the figures above are worth nothing" in shown(replace(A_REPORT, errors=1))


def test_a_broken_run_is_a_failure_that_leaves_no_report(tmp_path: Path) -> None:
    well, said = conducted(BrokenRunError("it fell"), tmp_path)

    assert (well, said) == (False, "walk broke: it fell\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["echo", "--clients", "some"],
        ["echo", "--clients", "0"],
        ["scaling", "--shapes", "2x"],
        ["fanout", "--fan-outs", "1x1000"],
        ["fanout", "--fan-outs", "1x0x5"],
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 2
    assert "Traceback" not in result.output


def a_run(
    contestant: str,
    *,
    answers: int = 1_000,
    server_cpu: float = 2.0,
    generator_cpu: float = 0.5,
    errors: dict[str, int] | None = None,
) -> Run:
    result = Result(
        errors=errors or {},
        seconds=2.0,
        cpu={"server": server_cpu},
        generator_cpu=generator_cpu,
        latencies_ms=[1.0] * answers,
    )
    return Run(
        round=0,
        contestant=contestant,
        clients=16,
        result=result,
        resident={"server": 2**20},
        yardstick_ms=(4.0, 5.0),
    )


def told_of(*runs: Run) -> Report:
    return echo.report_of(runs, Options(rounds=1, clients=(16,)))


def test_echo_tells_rates_costs_and_their_ratios() -> None:
    report = told_of(a_run("cse-chat"), a_run("bare", server_cpu=1.0, answers=2_000))

    assert [figure.samples for figure in report.figures] == [(0.5,), (0.25,)]
    assert [figure.met for figure in report.figures] == [True, None]
    (ours, bare) = (
        line.split() for line in shown(report).splitlines() if "100%" in line or "50%" in line
    )
    assert ours[:3] == ["16", "cse-chat", "500"]
    assert "2,000" in ours  # microseconds for an answer
    assert bare[:3] == ["16", "bare", "1,000"]


def test_echo_adds_up_the_errors_and_says_what_they_were() -> None:
    report = told_of(a_run("cse-chat", errors={"status 503": 2}), a_run("bare", errors={"lost": 1}))

    assert report.errors == 3
    assert "2 x cse-chat, status 503" in report.remarks


def test_echo_says_when_something_else_than_the_server_was_the_limit() -> None:
    usual = a_run("bare")

    starved = told_of(a_run("cse-chat", server_cpu=1.0), usual)
    behind = told_of(a_run("cse-chat", server_cpu=1.0, generator_cpu=2.0), usual)

    assert "did not get a whole processor" in starved.remarks[0]
    assert "The generator was busier than the server for cse-chat at 16" in behind.remarks[1]
    assert len(told_of(a_run("cse-chat"), usual).remarks) == 1  # the yardstick
