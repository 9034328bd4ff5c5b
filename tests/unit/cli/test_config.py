"""What `cse-chat config` tells of the settings, and what it keeps to itself."""

import json
from pathlib import Path

import pytest
from pydantic import AnyUrl, BaseModel, Field, SecretStr

from cse_chat.entrypoints.cli.config import check, schema, settings_in, show
from cse_chat.entrypoints.cli.exit_codes import ExitCode
from cse_chat.entrypoints.cli.layers import Layers, Origin
from cse_chat.entrypoints.environment import MASK, presentable, schema_of, variables
from cse_chat.entrypoints.settings import Settings
from tests.unit.cli.played import failure_of


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without `.env`, in which the command is called."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_setting_is_shown_with_its_default_and_where_it_comes_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / ".env").write_text("CSE_CHAT__HTTP__PORT=1\nCSE_CHAT__AGENT__ATTEMPTS=7\n")
    monkeypatch.setenv("CSE_CHAT__HTTP__PORT", "2")
    monkeypatch.setenv("CSE_CHAT__HTTP__HOST", "")

    show(as_json=True)

    found = {setting["variable"]: setting for setting in json.loads(capsys.readouterr().out)}
    assert list(found) == [variable.name for variable in variables(Settings)]
    assert [
        (found[name]["value"], found[name]["default"], found[name]["origin"])
        for name in (
            "CSE_CHAT__HTTP__PORT",
            "CSE_CHAT__AGENT__ATTEMPTS",
            "CSE_CHAT__HTTP__HOST",
        )
    ] == [(2, 8000, "environment"), (7, 3, ".env"), ("127.0.0.1", "127.0.0.1", "default")]


def test_a_person_gets_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    show(as_json=False)

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["CSE_CHAT__HTTP__WAIT_SECONDS", "30", "30", "default"] in lines
    assert ["CSE_CHAT__WORKER__WINDOW_BYTES", "67108864", "67108864", "default"] in lines


def test_an_option_goes_before_everything() -> None:
    layers = Layers(
        options={"CSE_CHAT__HTTP__PORT": "3"},
        environment={"CSE_CHAT__HTTP__PORT": "2", "HOME": "/home/a"},
        file={"CSE_CHAT__HTTP__PORT": "1"},
    )

    port = settings_in(Settings.from_env(layers.merged()), layers)[1]

    assert (port.variable, port.value, port.origin) == ("CSE_CHAT__HTTP__PORT", 3, Origin.OPTION)


def test_the_default_of_the_data_folder_is_that_of_this_account() -> None:
    layers = Layers(options={}, environment={"XDG_DATA_HOME": "/data"}, file={})

    folder = settings_in(Settings.from_env(layers.merged()), layers)[-1]

    assert (folder.value, folder.default) == ("/data/cse-chat", "/data/cse-chat")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("A__PASSWORD_FILE", SecretStr("canary"), MASK),
        ("A__PASSWORD", "canary", MASK),
        ("A__JWT_SECRET", "canary", MASK),
        ("A__API_KEY", 1234, MASK),
        ("A__PASSWORD", "", ""),
        ("A__TOKEN_SECONDS", 5.0, 5.0),
        ("A__URL", "redis://user:canary@host:1/0", f"redis://{MASK}@host:1/0"),
        ("A__URL", "redis://:can@ary/@host", f"redis://{MASK}@host"),
        ("A__URL", AnyUrl("http://canary@host/"), f"http://{MASK}@host/"),
        ("A__URL", "redis://host/0", "redis://host/0"),
        ("A__FOLDER", Path("/data"), "/data"),
        ("A__FLAG", True, True),
        ("A__NONE", None, None),
    ],
)
def test_a_secret_is_masked(name: str, value: object, text: object) -> None:
    assert presentable(name, value) == text


def test_without_faults_the_check_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    check(as_json=False)
    check(as_json=True)

    words, *document = capsys.readouterr().out.splitlines()
    assert words == "every setting can be used"
    assert json.loads("".join(document)) == {"ok": True, "problems": []}


def test_every_fault_is_in_the_document_and_in_the_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CSE_CHAT__HTTP__PROT", "canary")
    monkeypatch.setenv("CSE_CHAT__AGENT__ATTEMPTS", "canary")

    error = failure_of(lambda: check(as_json=True))

    printed = capsys.readouterr().out
    assert error.code == ExitCode.UNUSABLE
    assert "CSE_CHAT__HTTP__PROT is no setting" in str(error)
    assert [problem["variable"] for problem in json.loads(printed)["problems"]] == [
        "CSE_CHAT__AGENT__ATTEMPTS",
        "CSE_CHAT__HTTP__PROT",
    ]
    assert "canary" not in printed


def test_the_schema_has_the_names_of_the_variables(capsys: pytest.CaptureFixture[str]) -> None:
    schema()

    document = json.loads(capsys.readouterr().out)
    assert list(document["properties"]) == [variable.name for variable in variables(Settings)]
    assert document["properties"]["CSE_CHAT__HTTP__PORT"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 65535,
        "default": 8000,
        "description": "Port to listen on; 0 takes a free one.",
    }


def test_the_schema_of_sections_inside_of_sections_is_found() -> None:
    class Inner(BaseModel):
        limit: int = Field(default=1, le=9)

    class Outer(BaseModel):
        inner: Inner = Inner()

    class Whole(BaseModel):
        outer: Outer = Outer()

    assert schema_of(Whole)["properties"] == {
        "CSE_CHAT__OUTER__INNER__LIMIT": {"type": "integer", "maximum": 9, "default": 1}
    }
