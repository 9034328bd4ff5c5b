"""The check of the manifests sees every way in which they can be wrong."""

from pathlib import Path

import pytest

from tests.deployment.kubernetes import faults_of_kubernetes
from tests.unit.deployment.broken import broken

_DEFAULTS = "allowPrivilegeEscalation: false"


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("gateway", "[gateway, --host", "[gate, --host", "no command `gate`"),
        ("gateway", "name: CSE_CHAT__REDIS__URL", "name: CSE_CHAT__REDIS", "REDIS is no setting"),
        ("gateway", "image: cse-chat:0.1.0", "image: cse-chat", "cse-chat is not pinned"),
        ("gateway", "path: /health/ready", "path: /ready", "does not ask /health/ready"),
        ("gateway", "containerPort: 8000", "containerPort: 80", "it listens at 8000, not at 80"),
        ("worker", "containerPort: 9100", "containerPort: 91", "it listens at 9100, not at 91"),
        ("worker", "PeriodSeconds: 60", "PeriodSeconds: 50", "and may take 50 s to end"),
        ("worker", "      terminationGracePeriodSeconds: 60\n", "", "killed after 30 s"),
        ("worker", "{sleep: {seconds: 5}}", "{exec: {command: [x]}}", "nothing keeps it serving"),
        ("worker", "topologySpreadConstraints:", "tolerations: []\n      x:", "on one machine"),
        ("worker", "runAsNonRoot: true", "runAsNonRoot: false", "it may run as root"),
        ("worker", "seccompProfile: {type: RuntimeDefault}", "", "no seccomp profile"),
        ("worker", _DEFAULTS, "allowPrivilegeEscalation: true", "PodSecurity"),
        ("worker", "limits: {memory: 512Mi}", "limits: {cpu: 1}", "its memory has no limit"),
        ("worker", "automountServiceAccountToken: false", "hostIPC: false", "given a token"),
        ("gateway", "type: ClusterIP", "type: LoadBalancer", "is reached from outside"),
        ("gateway", "kind: Service\n", "kind: Ingress\n", "an Ingress exposes"),
        (
            "gateway",
            "selector: {app.kubernetes.io/name: cse-chat-gateway}",
            "selector: {a: b}",
            "nothing has",
        ),
        ("gateway", "kind: Deployment, name: cse", "kind: Deployment, name: x", "to scale"),
        ("network", "policyTypes: [Ingress, Egress]", "policyTypes: [Egress]", "keeps everybody"),
        ("kustomization", "PARTITIONS=12", "PARTITIONS=0", "KAFKA__PARTITIONS"),
        ("kustomization", "KAFKA__REPLICATION", "KAFKA__REPLICAS", "is no setting"),
        ("kustomization", "KAFKA__PARTITIONS=12", "KAFKA__PARTITIONS=6", "partitions (6)"),
        ("kustomization", "  - network.yaml\n", "", "network.yaml is in no kustomization"),
        ("kustomization", "- worker.yaml", "- workers.yaml", "workers.yaml is not there"),
    ],
)
def test_a_fault_in_the_base_is_told(copy: Path, name: str, old: str, new: str, fault: str) -> None:
    broken(copy, f"deploy/k8s/base/{name}.yaml", old, new)

    assert any(fault in told for told in faults_of_kubernetes(copy))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("maxReplicaCount: 12", "maxReplicaCount: 13", "more workers than there are partitions"),
        ("minReplicaCount: 2", "minReplicaCount: 0", "leave nobody to answer"),
        ("topic: chat.requests", "topic: chat.responses", "KEDA does not look at"),
        ("consumerGroup: nl-agent-group", "consumerGroup: workers", "KEDA does not look at"),
        ("CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS", "KAFKA_SERVERS", "which is no setting"),
        ('lagThreshold: "50"', 'lagThreshold: "500"', "than the workers have slots"),
        ('activationLagThreshold: "0"', "activationLagThreshold: 0", "takes only text"),
        ("scaleTargetRef: {name: cse-chat-worker}", "scaleTargetRef: {name: x}", "x to scale"),
    ],
)
def test_a_fault_in_what_scales_the_workers_is_told(
    copy: Path, old: str, new: str, fault: str
) -> None:
    broken(copy, "deploy/k8s/keda/scaledobject.yaml", old, new)

    assert any(fault in told for told in faults_of_kubernetes(copy))
