"""The check of the composed services sees every way in which they can be wrong."""

from pathlib import Path

import pytest

from tests.deployment.compose import faults_of_compose
from tests.unit.deployment.broken import broken


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("CSE_CHAT__REDIS__URL:", "CSE_CHAT__REDIS__URI:", "did you mean CSE_CHAT__REDIS__URL?"),
        ("broker:19092\n    CSE", "broker\n    CSE", "KAFKA__BOOTSTRAP_SERVERS"),
        ("broker:19092\n    CSE", "broker:9092\n    CSE", "does not send containers on to broker"),
        ("redis://redis:6379/0", "redis://cache:6379/0", "Redis is not at"),
        ("[worker, --host", "[work, --host", "no command `work`"),
        ("cse-chat, health, --url", "cse-chat, health, --uri", "--uri"),
        ("[CMD, cse-chat, health]", "[CMD, curl, health]", "`curl health` is not cse-chat"),
        ('"127.0.0.1:${CSE_CHAT_GATEWAY_PORT:-8000}:8000"', '"8000:8000"', "is not published on"),
        ("127.0.0.1:${CSE_CHAT_REDIS", "0.0.0.0:${CSE_CHAT_REDIS", "is not published on"),
        ("${CSE_CHAT_GATEWAY_PORT:-8000}", "${CSE_CHAT_GATEWAY_PORT}", "has no default"),
        ("image: apache/kafka:4.3.1", "image: apache/kafka:latest", "is not pinned"),
        ("grace_period: 60s\n  depends", "grace_period: 45s\n  depends", "may take 45 s to end"),
        ("stop_grace_period: 60s\n  depends", "depends", "killed after 10 s"),
        ("limits: {memory: 512M}\n\nservices", "limits: {cpus: '1'}\n\nservices", "has no limit"),
        ("cap_drop: [ALL]\n  security", "security", "it keeps capabilities"),
        ('security_opt: ["no-new-privileges:true"]\n  logging', "logging", "gain privileges"),
        ("read_only: true\n  tmpfs", "tmpfs", "it is not read_only"),
        ("restart: unless-stopped\n    stop", "stop", "whether it is started again"),
        ("redis: {condition: service_healthy}", "redis: {condition: service_started}", "wait for"),
        ("test: [CMD, redis-cli, -e, ping]", "retries: 1", "redis: it has no health check"),
        ("noeviction", "allkeys-lru", "it runs without --maxmemory-policy noeviction"),
        ("--appendonly yes", "", "it runs without --appendonly yes"),
        ("redis:/data", "redis:/var/data", "redis: what it keeps is on no volume"),
        ("kafka:/var/lib/kafka/data", "kafka:/data", "broker: what it keeps is on no volume"),
        ("CONTROLLER:PLAINTEXT,", "", "do not have the same names"),
        ("PLAINTEXT_HOST://127.0.0.1", "PLAINTEXT_HOST://localhost", "is not where its port"),
        ('"broker:19092"]', '"localhost:9092"]', "which is no inner listener"),
    ],
)
def test_a_fault_in_the_services_is_told(copy: Path, old: str, new: str, fault: str) -> None:
    broken(copy, "compose.yaml", old, new)

    assert any(fault in told for told in faults_of_compose(copy))
