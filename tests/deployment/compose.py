"""What `compose.yaml` must keep to."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from cse_chat.entrypoints.settings import Settings
from tests.deployment.image import environment_of_image
from tests.deployment.product import (
    NAME,
    command_faults,
    image_faults,
    must_be_patient,
    program_faults,
    settings_of,
)

Service = Mapping[str, Any]

_WITH_DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
_REDIS = ("--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction")


def faults_of_compose(root: Path) -> Iterator[str]:
    """Yield what is wrong with the services, each as a sentence."""
    text = _WITH_DEFAULT.sub(r"\1", (root / "compose.yaml").read_text("utf-8"))
    if "${" in text:
        yield "compose.yaml: a variable has no default"
    services: Mapping[str, Service] = yaml.safe_load(text)["services"]
    image = environment_of_image(root)
    for name, service in services.items():
        found = [*_any(service)]
        if _is_ours(service):
            found += _ours(service, {**image, **service.get("environment", {})}, services)
        yield from (f"compose.yaml: {name}: {fault}" for fault in found)
    for fault in (*_kafka(services["broker"]), *_redis(services["redis"])):
        yield f"compose.yaml: {fault}"


def _is_ours(service: Service) -> bool:
    return str(service.get("image", "")).startswith(f"{NAME}:")


def _any(service: Service) -> Iterator[str]:
    yield from image_faults(service["image"])
    for port in service.get("ports", ()):
        if not str(port).startswith("127.0.0.1:"):
            yield f"the port {port} is not published on 127.0.0.1 alone"
    if "memory" not in service.get("deploy", {}).get("resources", {}).get("limits", {}):
        yield "its memory has no limit"
    if service.get("cap_drop") != ["ALL"]:
        yield "it keeps capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", ()):
        yield "it may gain privileges"
    if service.get("restart") not in {"unless-stopped", "no"}:
        yield "nothing says whether it is started again"
    if "test" not in service.get("healthcheck", {}) and service.get("restart") != "no":
        yield "it has no health check"


def _ours(
    service: Service, environment: Mapping[str, str], services: Mapping[str, Service]
) -> Iterator[str]:
    settings, problems = settings_of(environment)
    yield from problems
    yield from command_faults(service["command"])
    if not (service.get("read_only") and service.get("init")):
        yield "it is not read_only with an init"
    if service.get("restart") == "no":
        return
    yield from program_faults(service["healthcheck"]["test"][1:])
    patience = _duration(str(service.get("stop_grace_period", "10s")))
    yield from must_be_patient(patience, settings, timedelta(0))
    waits = {name: how["condition"] for name, how in service.get("depends_on", {}).items()}
    if waits != {"topics": "service_completed_successfully", "redis": "service_healthy"}:
        yield "it does not wait for the topics and a healthy Redis"
    yield from _addresses(settings, services)


def _addresses(settings: Settings, services: Mapping[str, Service]) -> Iterator[str]:
    advertised = services["broker"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    for server in settings.kafka.bootstrap_servers.split(","):
        if f"://{server}" not in advertised.split(",")[-1]:
            yield f"Kafka does not send containers on to {server}"
    if not settings.redis.url.startswith("redis://redis:6379/"):
        yield f"Redis is not at {settings.redis.url}"


def _kafka(broker: Service) -> Iterator[str]:
    said = broker["environment"]
    listeners = {part.partition("://")[0] for part in said["KAFKA_LISTENERS"].split(",")}
    mapped = {
        part.partition(":")[0] for part in said["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")
    }
    if listeners != mapped:
        yield "broker: its listeners and their protocols do not have the same names"
    host = next(part for part in said["KAFKA_ADVERTISED_LISTENERS"].split(",") if "_HOST" in part)
    published = [str(port).rpartition(":")[0] for port in broker["ports"]]
    if host.partition("://")[2] not in published:
        yield f"broker: {host} is not where its port is published"
    volumes = [str(volume).partition(":")[2] for volume in broker["volumes"]]
    if said["KAFKA_LOG_DIRS"] not in volumes:
        yield "broker: what it keeps is on no volume"
    bootstrap = broker["healthcheck"]["test"][-1]
    if f"PLAINTEXT://{bootstrap}" not in said["KAFKA_ADVERTISED_LISTENERS"].split(","):
        yield f"broker: its health check asks {bootstrap}, which is no inner listener"


def _redis(redis: Service) -> Iterator[str]:
    words = " ".join(shlex.split(redis["command"]))
    yield from (f"redis: it runs without {needed}" for needed in _REDIS if needed not in words)
    if "redis:/data" not in redis["volumes"]:
        yield "redis: what it keeps is on no volume"


def _duration(text: str) -> timedelta:
    parts: Sequence[tuple[str, str]] = re.findall(r"(\d+)([smh])", text)
    return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in parts), timedelta(0))
