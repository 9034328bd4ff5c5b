"""The check of the image sees every way in which it can be wrong."""

from pathlib import Path

import pytest

from tests.deployment.image import faults_of_image
from tests.unit.deployment.broken import broken


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("CSE_CHAT__DATA_DIR=/var/lib/cse-chat\n", "CSE_CHAT__DATADIR=/x\n", "is no setting"),
        ("&& CSE_CHAT__DATA_DIR", "&& CSE_CHAT__DATADIR", "CSE_CHAT__DATADIR is no setting"),
        ("FROM python:3.13-slim-trixie\n", "FROM python:3.13\n", "differ in their base"),
        ("python:3.13-slim-trixie", "python:latest", "python:latest is not pinned"),
        ('ENTRYPOINT ["cse-chat"]', "ENTRYPOINT cse-chat", "the entry point is not"),
        ('CMD ["run", "--host"', 'CMD ["run", "--hosts"', "--hosts"),
        ('CMD ["cse-chat", "health"]', 'CMD ["curl", "-f", "/"]', "`curl -f /` is not cse-chat"),
        ('CMD ["cse-chat", "health"]', 'CMD ["cse-chat", "healthy"]', "no command `healthy`"),
        ("HEALTHCHECK --", "# HEALTHCHECK --", "no health check"),
        ("USER 65532:65532", "USER 0", "its user is not a number"),
        ('version="0.1.0"', 'version="0.0.9"', "is not labelled"),
        ("COPY src src", "COPY sources src", "sources is copied and not there"),
        ("COPY src src", "COPY docs src", "docs is copied, and .dockerignore keeps it out"),
    ],
)
def test_a_fault_in_the_dockerfile_is_told(copy: Path, old: str, new: str, fault: str) -> None:
    broken(copy, "Dockerfile", old, new)

    assert any(fault in told for told in faults_of_image(copy))


def test_a_builder_that_is_sent_the_whole_folder_is_a_fault(copy: Path) -> None:
    broken(copy, ".dockerignore", "*\n!requ", "!requ")

    assert any("does not begin with *" in told for told in faults_of_image(copy))
