"""`cse-chat topics` as an operator calls it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from brokers.kafka import KafkaServer
from tests.integration.processes import COMMAND, run

NAMES = ["chat.requests", "chat.responses", "chat.requests.dlq", "chat.audit"]


@pytest.fixture(scope="module")
def empty_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    with KafkaServer(tmp_path_factory.mktemp("empty")) as server:
        yield server


def test_topics_are_missed_made_left_as_they_are_and_compared(
    empty_kafka: KafkaServer, tmp_path: Path
) -> None:
    where = {"KAFKA__BOOTSTRAP_SERVERS": empty_kafka.address}

    missed = run(tmp_path, "topics", "describe", **where)
    assert missed.returncode == 2
    assert missed.stdout.count("it is missing") == 4
    assert f"make it with `{COMMAND} topics create`" in missed.stdout
    assert missed.stderr == "cse-chat: 4 checks fail; what to do is said with each\n"

    made = run(tmp_path, "topics", "create", "--json", **where)
    assert (made.returncode, made.stderr) == (0, "")
    assert {name: sorted(names) for name, names in json.loads(made.stdout).items()} == {
        "made": sorted(NAMES),
        "there": [],
    }

    again = run(tmp_path, "topics", "create", **where)
    assert again.returncode == 0
    assert sorted(again.stdout.splitlines()) == sorted(f"{name}  was there" for name in NAMES)

    well = run(tmp_path, "topics", "describe", "--json", **where)
    assert well.returncode == 0
    document = json.loads(well.stdout)
    assert document["ok"] is True
    assert [found["subject"] for found in document["findings"]] == NAMES
    assert {found["says"] for found in document["findings"]} == {"12 partitions, replication 1"}

    drifted = run(tmp_path, "topics", "describe", "--json", KAFKA__PARTITIONS="3", **where)
    assert drifted.returncode == 0  # it works all the same
    (told,) = {(f["state"], f["says"]) for f in json.loads(drifted.stdout)["findings"]}
    assert told == ("warn", "12 partitions, not 3")


@pytest.mark.parametrize("command", ["create", "describe"])
def test_without_kafka_one_line_says_which_setting_to_change(
    command: str, nowhere: str, tmp_path: Path
) -> None:
    ended = run(tmp_path, "topics", command, KAFKA__BOOTSTRAP_SERVERS=nowhere)

    assert (ended.returncode, ended.stdout) == (4, "")
    (line,) = [each for each in ended.stderr.splitlines() if each.startswith("cse-chat: ")]
    assert nowhere in line
    assert "start Kafka, or correct host and port" in line
    assert line.endswith("(CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS)")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("arguments", [(), ("create",), ("describe",)])
def test_help_teaches_what_each_does(arguments: tuple[str, ...], tmp_path: Path) -> None:
    told = run(tmp_path, "topics", *arguments, "--help")

    assert told.returncode == 0
    assert "topics" in told.stdout
