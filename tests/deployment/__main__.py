"""The check of what is deployed: ``python -m tests.deployment``; it starts nothing."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.deployment.compose import faults_of_compose
from tests.deployment.image import faults_of_image
from tests.deployment.kubernetes import faults_of_kubernetes
from tests.deployment.tools import rules_of_hadolint, schema_of_compose, schemas_of_kubernetes

ROOT: Final = Path(__file__).parents[2]

CHECKS: Final[tuple[Callable[[Path], Iterator[str]], ...]] = (
    rules_of_hadolint,
    schema_of_compose,
    schemas_of_kubernetes,
    faults_of_image,
    faults_of_compose,
    faults_of_kubernetes,
)


def main(root: Path = ROOT) -> int:
    """Print every fault of what is in *root*; return the exit code."""
    found = [fault for check in CHECKS for fault in check(root)]
    for fault in found:
        print(fault, file=sys.stderr)  # noqa: T201 - a command's output
    return 1 if found else 0


if __name__ == "__main__":  # pragma: no cover - the tests call main()
    sys.exit(main())
