"""What `deploy/k8s` must keep to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from cse_chat.adapters.kafka.names import GROUP, REQUESTS
from cse_chat.entrypoints.settings import Settings
from tests.deployment.image import environment_of_image
from tests.deployment.product import (
    PROBES,
    command_faults,
    image_faults,
    is_setting,
    must_be_patient,
    settings_of,
)

Document = Mapping[str, Any]

_EXPOSING = {"Ingress", "Gateway", "HTTPRoute"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """Every document of a folder.

    Attributes:
        documents: Each with the place of its file.
        environment: What the settings map gives to each container, and the image itself.
    """

    documents: Sequence[tuple[Path, Document]]
    environment: Mapping[str, str]

    @classmethod
    def of(cls, root: Path) -> "Manifests":
        """Read those of the project at *root*."""
        documents = [
            (path, document)
            for path in sorted((root / "deploy/k8s").rglob("*.yaml"))
            for document in yaml.safe_load_all(path.read_text("utf-8"))
        ]
        environment = environment_of_image(root)
        for _, document in documents:
            for made in document.get("configMapGenerator", ()):
                if "behavior" not in made:  # an example that merges into it is not the base
                    environment |= dict(line.split("=", 1) for line in made["literals"])
        return cls(documents=documents, environment=environment)

    def of_kind(self, *kinds: str) -> list[Document]:
        """Return the documents of some kinds."""
        return [document for _, document in self.documents if document["kind"] in kinds]


def faults_of_kubernetes(root: Path) -> Iterator[str]:
    """Yield what is wrong with the manifests, each as a sentence."""
    manifests = Manifests.of(root)
    settings, problems = settings_of(manifests.environment)
    found = [
        *problems,
        *_references(manifests),
        *_exposure(manifests),
        *_selectors(manifests),
        *_scaling(manifests, settings),
    ]
    for document in manifests.of_kind("Deployment", "Job"):
        name = document["metadata"]["name"]
        pod = document["spec"]["template"]["spec"]
        faults = [*_pod(pod)]
        if document["kind"] == "Deployment":
            faults += _serving(pod, settings)
        found += [f"{name}: {fault}" for fault in faults]
    yield from (f"deploy/k8s: {fault}" for fault in found)


def _references(manifests: Manifests) -> Iterator[str]:
    """Yield files that no kustomization names, and names without a file."""
    named = set()
    for path, document in manifests.documents:
        if path.name != "kustomization.yaml":
            continue
        named.add(path)
        for resource in (*document.get("resources", ()), *document.get("components", ())):
            place = (path.parent / resource).resolve()
            named.add(place)
            if not place.exists():
                yield f"{path.parent.name}: {resource} is not there"
    for path in {path for path, _ in manifests.documents} - named:
        yield f"{path.name} is in no kustomization"


def _exposure(manifests: Manifests) -> Iterator[str]:
    """Yield what would let strangers in, as long as nobody has to say who they are."""
    for document in manifests.of_kind(*_EXPOSING):
        yield f"an {document['kind']} exposes what nobody has to sign in to"
    for service in manifests.of_kind("Service"):
        if service["spec"].get("type", "ClusterIP") != "ClusterIP":
            yield f"the Service {service['metadata']['name']} is reached from outside"
    closed = [
        policy["spec"]
        for policy in manifests.of_kind("NetworkPolicy")
        if policy["spec"]["podSelector"] == {} and "Ingress" in policy["spec"]["policyTypes"]
    ]
    if not any("ingress" not in policy for policy in closed):
        yield "no NetworkPolicy keeps everybody out who is not let in by another"


def _selectors(manifests: Manifests) -> Iterator[str]:
    labels = [
        document["spec"]["template"]["metadata"]["labels"]
        for document in manifests.of_kind("Deployment", "Job")
    ]
    wanted = [
        *(d["spec"]["selector"]["matchLabels"] for d in manifests.of_kind("PodDisruptionBudget")),
        *(d["spec"]["selector"]["matchLabels"] for d in manifests.of_kind("Deployment")),
        *(d["spec"]["selector"] for d in manifests.of_kind("Service")),
        *(
            d["spec"]["podSelector"].get("matchLabels", {})
            for d in manifests.of_kind("NetworkPolicy")
        ),
    ]
    for selector in wanted:
        if not any(selector.items() <= has.items() for has in labels):
            yield f"nothing has the labels {dict(selector)}"


def _scaling(manifests: Manifests, settings: Settings) -> Iterator[str]:
    deployments = {d["metadata"]["name"] for d in manifests.of_kind("Deployment")}
    for scaler in manifests.of_kind("ScaledObject", "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]["name"]
        if target not in deployments:
            yield f"there is no Deployment {target} to scale"
    for scaler in manifests.of_kind("ScaledObject"):
        yield from _lag(scaler["spec"], settings)


def _lag(spec: Document, settings: Settings) -> Iterator[str]:
    if spec["maxReplicaCount"] > settings.kafka.partitions:
        yield f"KEDA may start more workers than there are partitions ({settings.kafka.partitions})"
    if not 0 < spec["minReplicaCount"] <= spec["maxReplicaCount"]:
        yield "KEDA may leave nobody to answer"
    (trigger,) = spec["triggers"]
    said = trigger["metadata"]
    if (trigger["type"], said["topic"], said["consumerGroup"]) != ("kafka", REQUESTS, GROUP):
        yield f"KEDA does not look at what {GROUP} has left in {REQUESTS}"
    if not is_setting(said["bootstrapServersFromEnv"]):
        yield f"KEDA looks for Kafka in {said['bootstrapServersFromEnv']}, which is no setting"
    if not all(isinstance(value, str) for value in said.values()):
        yield "KEDA takes only text in a trigger"
    if int(said["lagThreshold"]) > settings.worker.concurrency:
        yield "KEDA waits until more lies there than the workers have slots"


def _pod(pod: Document) -> Iterator[str]:
    security = pod.get("securityContext", {})
    if not (security.get("runAsNonRoot") and security.get("runAsUser")):
        yield "it may run as root"
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "it has no seccomp profile"
    if pod.get("automountServiceAccountToken") is not False:
        yield "it is given a token for the cluster, which it does not need"
    for container in pod["containers"]:
        yield from image_faults(container["image"])
        yield from command_faults(container["args"])
        if container.get("securityContext") != {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }:
            yield "its container is not as PodSecurity `restricted` and a read-only root want it"
        if "memory" not in container.get("resources", {}).get("limits", {}):
            yield "its memory has no limit"
        for variable in container.get("env", ()):
            if not is_setting(variable["name"]):
                yield f"{variable['name']} is no setting"


def _serving(pod: Document, settings: Settings) -> Iterator[str]:
    (container,) = pod["containers"]
    (port,) = container["ports"]
    role = container["args"][0]
    listens = settings.worker.port if role == "worker" else settings.http.port
    if port["containerPort"] != listens:
        yield f"it listens at {listens}, not at {port['containerPort']}"
    for probe, path in PROBES.items():
        asked = container.get(probe, {}).get("httpGet", {})
        if (asked.get("path"), asked.get("port")) != (path, port["name"]):
            yield f"its {probe} does not ask {path} at its port"
    before = timedelta(
        seconds=container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    )
    if not before:
        yield "nothing keeps it serving until it is sent no more callers"
    patience = timedelta(seconds=pod.get("terminationGracePeriodSeconds", 30))
    yield from must_be_patient(patience, settings, before)
    if len(pod.get("topologySpreadConstraints", ())) == 0:
        yield "its pods may all be on one machine"
