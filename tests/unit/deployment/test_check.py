"""The command that checks what is deployed."""

from pathlib import Path

import pytest

from tests.deployment.__main__ import main
from tests.deployment.product import command_faults, is_ours, is_setting, program_faults
from tests.deployment.tools import rules_of_hadolint, schema_of_compose, schemas_of_kubernetes
from tests.unit.deployment.broken import broken


def test_what_is_deployed_has_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().err == ""


def test_every_fault_is_told(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken(copy, "compose.yaml", "image: redis:8.10-alpine", "image: redis")
    broken(copy, "Dockerfile", "USER 65532:65532", "USER root")

    assert main(copy) == 1
    told = capsys.readouterr().err.splitlines()
    assert "compose.yaml: redis: the image redis is not pinned by a tag" in told
    assert "Dockerfile: its user is not a number other than 0" in told


def test_hadolint_reads_the_dockerfile(copy: Path) -> None:
    broken(copy, "Dockerfile", "WORKDIR /build", "WORKDIR build")

    assert any("DL3000" in fault for fault in rules_of_hadolint(copy))


def test_the_specification_of_compose_files_is_held(copy: Path) -> None:
    broken(copy, "compose.yaml", "    read_only: true", "    readonly: true")

    assert any("readonly" in fault for fault in schema_of_compose(copy))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("periodSeconds: 1\n", "periodSecond: 1\n", "periodSecond"),
        ("kind: Deployment\nm", "kind: Deploymint\nm", "knows no Deploymint"),
    ],
)
def test_the_schemas_of_kubernetes_are_held(copy: Path, old: str, new: str, fault: str) -> None:
    broken(copy, "deploy/k8s/base/gateway.yaml", old, new)

    assert any(fault in told for told in schemas_of_kubernetes(copy))


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["serve"], "has no command `serve`"),
        ([], "has no command"),
        (["topics", "make"], "has no command `topics make`"),
        (["worker", "--allow-anonymous"], "--allow-anonymous"),
        (["gateway", "--port", "x"], "'x' is not"),
        (["health", "--probe", "alive"], "alive"),
    ],
)
def test_a_command_that_does_not_exist_is_a_fault(words: list[str], fault: str) -> None:
    (found,) = command_faults(words)

    assert fault in found


@pytest.mark.parametrize("words", [["topics", "create"], ["worker", "--host", "0.0.0.0"]])  # noqa: S104 -- not run
def test_a_command_that_exists_is_none(words: list[str]) -> None:
    assert not list(command_faults(words))
    assert list(program_faults(["sh", *words]))


def test_settings_are_known_by_name() -> None:
    assert is_setting("CSE_CHAT__HTTP__PORT")
    assert not is_setting("CSE_CHAT__HTTP__PROT")
    assert is_ours("cse_chat__http__prot")
    assert not is_ours("CSE_CHAT_GATEWAY_PORT")
