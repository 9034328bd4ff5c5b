"""What `cse-chat doctor` finds, thing by thing."""

import errno
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.data.builder import built
from cse_chat.adapters.analyst.data.packs import SHIPPED, Pack
from cse_chat.entrypoints.cli.doctor import (
    agent_finding,
    callers_finding,
    data_finding,
    folder_finding,
    python_finding,
    settings_findings,
    unwritable_finding,
)
from cse_chat.entrypoints.cli.findings import State
from cse_chat.entrypoints.cli.layers import Layers
from cse_chat.entrypoints.settings import Settings


def layers(file: dict[str, str] | None = None, **environment: str) -> Layers:
    said = {f"CSE_CHAT__{name}": value for name, value in environment.items()}
    return Layers(options={}, environment=said, file=file or {})


def test_an_old_python_fails_and_a_new_one_does_not() -> None:
    assert python_finding((3, 10)).state is State.FAIL
    assert "make setup" in python_finding((3, 10)).remedy
    assert python_finding((3, 11)).state is State.OK


def test_usable_settings_are_counted() -> None:
    settings, (found,) = settings_findings(layers(HTTP__PORT="1", HTTP__HOST=""))

    assert settings.http.port == 1
    assert found.state is State.OK
    assert found.says.startswith("all can be used, 1 set by you")


def test_every_unusable_setting_is_a_failure_that_says_where_to_mend_it() -> None:
    settings, found = settings_findings(
        layers({"CSE_CHAT__AGENT__ATTEMPTS": "0"}, HTTP__PROT="1", HTTP__PORT="1")
    )

    assert settings.http.port == 1
    assert settings.agent.attempts == 3
    assert [(one.says.split()[0], one.state, one.remedy) for one in found] == [
        (
            "CSE_CHAT__AGENT__ATTEMPTS",
            State.FAIL,
            "change or remove it in the file .env of this folder",
        ),
        ("CSE_CHAT__HTTP__PROT", State.FAIL, "change or unset it in the environment"),
    ]


def test_settings_that_contradict_each_other_leave_the_defaults() -> None:
    """The one that is named may not be the one that was set."""
    settings, (found,) = settings_findings(layers(AGENT__MAX_DEADLINE_SECONDS="100000"))

    assert settings.agent.max_deadline_seconds == 3_600
    assert found.says.startswith("CSE_CHAT__REDIS__ANSWER_TTL_SECONDS")
    assert found.remedy == "set it, or change what it depends on"


def test_a_folder_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    found = folder_finding(tmp_path / "new" / "folder")

    assert (found.state, list(tmp_path.iterdir())) == (State.OK, [])
    assert found.says.endswith("will be made at the first start")


def test_a_folder_that_can_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    assert folder_finding(tmp_path).state is State.OK
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "folder"])
def test_a_file_in_the_place_of_the_folder_fails(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()

    found = folder_finding(tmp_path / "file" / below)

    assert found.state is State.FAIL
    assert "CSE_CHAT__DATA_DIR" in found.remedy


def test_good_data_are_one_line(tmp_path: Path) -> None:
    found = data_finding(tmp_path)

    assert found.state is State.OK
    assert "checks hold; as of 20" in found.says


def test_a_damaged_database_fails_and_names_the_command_that_tells_all(tmp_path: Path) -> None:
    path = built(Pack.open(SHIPPED), tmp_path)
    path.write_bytes(b"")

    found = data_finding(tmp_path)

    assert found.state is State.FAIL
    assert found.says.startswith("1 of ")
    assert "cse-chat data check" in found.remedy


def test_an_agent_that_cannot_be_used_is_told_with_what_is_wrong_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "oracle-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Name: oracle\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[cse_chat.agents]\noracle = oracle_gone:Agent\n")
    monkeypatch.syspath_prepend(tmp_path)

    found = agent_finding(Settings.from_env({"CSE_CHAT__AGENT__NAME": "oracle"}))

    assert found.state is State.FAIL
    assert found.says.startswith(
        "oracle cannot be used: the agent oracle (oracle_gone:Agent of oracle) cannot be imported:"
    )
    assert "oracle_gone" in found.says.partition("imported:")[2]
    assert found.remedy == "mend that, or choose another with CSE_CHAT__AGENT__NAME"


@pytest.mark.parametrize(("name", "state"), [("analyst", State.OK), ("echo", State.WARN)])
def test_an_agent_for_tests_is_a_warning(name: str, state: State, tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"CSE_CHAT__AGENT__NAME": name, "CSE_CHAT__DATA_DIR": str(tmp_path)}
    )

    assert agent_finding(settings).state is state


def test_callers_who_need_not_say_who_they_are_are_a_warning_off_loopback() -> None:
    said = {"CSE_CHAT__HTTP__HOST": "10.0.0.1", "CSE_CHAT__AUTH__ALLOW_ANONYMOUS": "true"}

    found = callers_finding(Settings.from_env(said))

    assert found.state is State.WARN
    assert "whoever can reach 10.0.0.1" in found.says
    assert callers_finding(Settings()).state is State.OK


def test_a_folder_on_a_read_only_file_system_is_no_failure() -> None:
    """A container that writes nothing has its market data in the image."""
    read_only = unwritable_finding(Path("/data"), OSError(errno.EROFS, "Read-only file system"))
    denied = unwritable_finding(Path("/data"), OSError(errno.EACCES, "Permission denied"))

    assert (read_only.state, denied.state) == (State.WARN, State.FAIL)
