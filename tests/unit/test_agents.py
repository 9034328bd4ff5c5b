"""Agents as entry points: which there are, how they are made, what can be wrong with one."""

import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.agent import AnalystAgent
from cse_chat.adapters.echo import EchoAgent
from cse_chat.domain.model.answers import Delta
from cse_chat.entrypoints.agents import (
    GROUP,
    AgentFaultError,
    fault_of_name,
    installed_agents,
    make_agent,
)
from tests.builders import a_question
from tests.unit.strange_agents import Right

STRANGE = "tests.unit.strange_agents"


def offering(value: str, name: str = "own") -> Mapping[str, tuple[EntryPoint, ...]]:
    return {name: (EntryPoint(name, value, GROUP),)}


def fault_of(value: str) -> str:
    with pytest.raises(AgentFaultError) as caught:
        make_agent("own", installed=offering(value))
    message = str(caught.value)
    assert message.startswith(f"the agent own ({value} of an unnamed package) ")
    assert len(message.splitlines()) == 1
    return message


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder whose packages are installed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def install(site: Path, package: str, entry: str) -> None:
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{entry}\n")


def test_ours_are_entries_like_any_other() -> None:
    installed = installed_agents()

    assert {"analyst", "echo"} <= set(installed)
    assert installed["analyst"][0].load() is AnalystAgent
    assert installed["echo"][0].load() is EchoAgent


async def test_an_installed_package_brings_its_agent(site: Path) -> None:
    install(site, "oracle", f"oracle = {STRANGE}:Right")

    agent = make_agent("oracle")

    assert [event async for event in agent.answer(a_question(), ())] == [Delta("Right.")]


async def test_arguments_are_passed_on() -> None:
    agent = make_agent("own", "Given.", installed=offering(f"{STRANGE}:Right"))

    assert [event async for event in agent.answer(a_question(), ())] == [Delta("Given.")]


def test_only_the_chosen_one_is_imported(site: Path) -> None:
    install(site, "oracle", "oracle = tests.unit.broken_import:Agent")

    make_agent("echo")

    assert fault_of_name("oracle", installed_agents()) is None
    assert "tests.unit.broken_import" not in sys.modules


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("oracel", "names no installed agent; there are: echo, oracle; did you mean oracle?"),
        ("canary", "names no installed agent; there are: echo, oracle"),
    ],
)
def test_an_unknown_name_is_told_with_those_there_are(name: str, fault: str) -> None:
    installed = {**offering("m:A", "echo"), **offering("m:B", "oracle")}

    assert fault_of_name(name, installed) == fault


def test_without_any_agent_that_is_said() -> None:
    """As in a checkout that was never installed."""
    assert fault_of_name("analyst", {}) == "names no installed agent; there are: none"


def test_a_name_that_two_packages_offer_is_refused(site: Path) -> None:
    install(site, "oracle", f"twin = {STRANGE}:Right")
    install(site, "delphi", f"twin = {STRANGE}:Right")

    with pytest.raises(AgentFaultError) as caught:
        make_agent("twin")

    assert str(caught.value) == (
        "CSE_CHAT__AGENT__NAME names an agent that delphi and oracle both offer;"
        " uninstall all but one"
    )


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("tests.unit.nothing:Agent", "ModuleNotFoundError: No module named 'tests.unit.nothing'"),
        (f"{STRANGE}:Nothing", f"AttributeError: module '{STRANGE}' has no attribute 'Nothing'"),
        ("tests.unit.broken_import:Agent", "RuntimeError at "),
    ],
)
def test_what_cannot_be_imported_says_why(value: str, fault: str) -> None:
    assert f"cannot be imported: {fault}" in fault_of(value)


def test_the_place_of_an_error_is_one_that_a_person_can_open() -> None:
    assert "<frozen" not in fault_of("tests.unit.nothing:Agent")


def test_an_entry_point_that_names_no_module_is_refused() -> None:
    assert fault_of("two words").endswith("is not written as module:Class")


def test_an_error_while_importing_names_its_place_and_not_its_message() -> None:
    fault = fault_of("tests.unit.broken_import:Agent")

    assert fault.endswith("broken_import.py:3")
    assert "canary" not in fault


def test_code_that_is_no_python_names_the_line(site: Path) -> None:
    (site / "unfinished_agent.py").write_text("class Agent:\n")

    fault = fault_of("unfinished_agent:Agent")

    assert fault.endswith("unfinished_agent.py:1")
    assert "cannot be imported: IndentationError" in fault


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("NO_CLASS", "is no agent: the entry point must name its class"),
        ("made_slowly", "is no agent: the entry point must name its class"),
        ("Demanding", "it must be possible to call the class without arguments"),
        ("Mute", "is no agent: it has no method answer(question, history)"),
        ("Uncalled", "is no agent: it has no method answer(question, history)"),
        ("Hasty", "must be an async generator: async def, with a yield in it"),
        ("Synchronous", "must be an async generator: async def, with a yield in it"),
        ("Forgetful", "must take two arguments, question and history"),
        ("Undecided", "may_answer_early must be True or False"),
        ("HalfOpen", "has one of __aenter__ and __aexit__ without the other"),
        ("Broken", "cannot be made: OSError at "),
        ("Shy", "is no agent: looking at it fails: LookupError at "),
    ],
)
def test_what_is_no_agent_says_what_it_lacks(value: str, fault: str) -> None:
    told = fault_of(f"{STRANGE}:{value}")

    assert fault in told
    assert "canary" not in told


async def test_whatever_makes_an_agent_may_be_named() -> None:
    """A function, a method, a class written in C: only calling it counts."""
    with pytest.raises(AgentFaultError, match="is no agent: it has no method answer"):
        make_agent("own", installed=offering("builtins:dict"))

    assert isinstance(make_agent("own", installed=offering(f"{STRANGE}:Right.made")), Right)
