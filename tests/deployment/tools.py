"""The tools that know what a file may say; each comes with the development packages."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import kubernetes_validate

from tests.deployment.kubernetes import Manifests

# Kinds that the cluster's own schemas do not know.
_OTHERS = ("kustomize.config.k8s.io/", "keda.sh/")


def schema_of_compose(root: Path) -> Iterator[str]:
    """Yield that `compose.yaml` is not what the specification of compose files allows."""
    schema = ["check-jsonschema", "--builtin-schema", "vendor.compose-spec"]
    yield from _said_by([*schema, "compose.yaml"], root)


def rules_of_hadolint(root: Path) -> Iterator[str]:
    """Yield what hadolint has against the Dockerfile."""
    yield from _said_by(["hadolint", "--no-color", "Dockerfile"], root)


def schemas_of_kubernetes(root: Path) -> Iterator[str]:
    """Yield what a cluster would not understand, or ignore, of the manifests."""
    for path, document in Manifests.of(root).documents:
        if document["apiVersion"].startswith(_OTHERS):
            continue
        try:
            kubernetes_validate.validate(dict(document), "1.37", strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{path.name}: {document['kind']}: {error.message}"
        except kubernetes_validate.SchemaNotFoundError:
            yield f"{path.name}: Kubernetes 1.37 knows no {document['kind']}"


def _said_by(words: Sequence[str], root: Path) -> Iterator[str]:
    tool = Path(sys.executable).with_name(words[0])
    ended = subprocess.run(  # noqa: S603 -- our own words
        [tool, *words[1:]], cwd=root, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        lines = f"{ended.stdout}\n{ended.stderr}".splitlines()
        yield from (f"{words[0]}: {line}" for line in lines if line.strip())
