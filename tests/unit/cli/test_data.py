"""`cse-chat data`, and `cse-chat schema`, as they print."""

import json
from pathlib import Path

import pytest

from cse_chat.entrypoints.cli.data import check, status
from cse_chat.entrypoints.cli.exit_codes import ExitCode
from cse_chat.entrypoints.cli.schema import Document, export
from tests.unit.cli.played import failure_of


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The data folder of the settings."""
    monkeypatch.setenv("CSE_CHAT__DATA_DIR", str(tmp_path))
    return tmp_path


def test_the_status_is_a_document_or_lines(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    status(as_json=True)
    document = json.loads(capsys.readouterr().out)
    status(as_json=False)
    lines = capsys.readouterr().out.splitlines()

    assert (document["sessions"], document["is_built"]) == (149, False)
    assert document["database"].startswith(str(folder))
    assert lines[0].split() == ["As", "of", document["as_of"]]
    assert ["bar", f"{document['rows']['bar']:,}"] in [line.split() for line in lines]
    assert lines[4].endswith("(not built yet; the first start does it)")


def test_a_check_that_holds_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    check(as_json=False)

    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()} == {"ok"}


def test_a_check_that_fails_says_so(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    status(as_json=True)
    Path(json.loads(capsys.readouterr().out)["database"]).touch()

    error = failure_of(lambda: check(as_json=True))

    document = json.loads(capsys.readouterr().out)
    assert error.code == ExitCode.UNUSABLE
    assert [one["subject"] for one in document["findings"] if one["state"] == "fail"] == [
        "database"
    ]


def test_a_schema_is_printed_or_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    export(Document.JSON_SCHEMA, output=None)
    export(Document.JSON_SCHEMA, output=tmp_path / "schema.json")

    printed = capsys.readouterr()
    assert (tmp_path / "schema.json").read_text() == printed.out
    assert json.loads(printed.out)["$defs"]["ChatResponse"]
    assert printed.err == f"wrote {tmp_path / 'schema.json'}\n"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    error = failure_of(lambda: export(Document.JSON_SCHEMA, output=tmp_path / "no" / "x.json"))

    assert error.code == ExitCode.UNUSABLE
    assert "cannot be written (No such file or directory): choose another" in str(error)


def test_the_openapi_document_is_exported(capsys: pytest.CaptureFixture[str]) -> None:
    export(Document.OPENAPI, output=None)

    document = json.loads(capsys.readouterr().out)
    assert document["openapi"].startswith("3.1.")
    assert "/api/chat" in document["paths"]


def test_the_asyncapi_document_is_exported(capsys: pytest.CaptureFixture[str]) -> None:
    export(Document.ASYNCAPI, output=None)

    document = json.loads(capsys.readouterr().out)
    assert document["asyncapi"].startswith("3.1.")
    assert "conversation" in document["channels"]
