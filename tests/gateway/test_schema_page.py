"""``/schema``: the page, its library, and that the library is what it was."""

import base64
import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest

from tests.gateway.graphs import served

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LIBRARY: Final = "/schema/swagger-ui-dist@5.35.0"
VENDORED: Final = Path(str(files("cse_chat.entrypoints.http"))) / f"static/vendor/{LIBRARY[8:]}"
OURS: Final = {"vendor.lock.json", "THIRD_PARTY_NOTICES.md"}


@pytest.mark.parametrize(
    ("path", "media_type", "caching"),
    [
        ("/schema", "text/html; charset=utf-8", "no-cache"),
        ("/schema/start.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/schema/icon.svg", "image/svg+xml", "no-cache"),
        (f"{LIBRARY}/swagger-ui-bundle.js", "text/javascript; charset=utf-8", "immutable"),
        (f"{LIBRARY}/swagger-ui.css", "text/css; charset=utf-8", "immutable"),
    ],
)
async def test_the_page_is_served_with_its_media_types_and_caching(
    path: str, media_type: str, caching: str
) -> None:
    async with served() as client:
        response = await client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert response.headers["cache-control"].endswith(caching)


async def test_the_page_has_a_policy_without_exceptions() -> None:
    async with served() as client:
        response = await client.get("/schema")

    assert response.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize(
    "path",
    ["/schema/nothing.js", "/schema/index.html", f"{LIBRARY}/LICENSE", "/schema/..%2Fapp.js"],
)
async def test_nothing_else_is_served(path: str) -> None:
    async with served() as client:
        response = await client.get(path)

    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")


def test_the_library_is_what_its_lock_says() -> None:
    """Byte for byte, with its licence, and naming no place that packages come from."""
    said = json.loads((VENDORED / "vendor.lock.json").read_text("utf-8"))
    files_of_others = {
        path.name: path.read_bytes() for path in VENDORED.iterdir() if path.name not in OURS
    }
    digests = {
        name: f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
        for name, content in files_of_others.items()
    }

    assert VENDORED.name == f"{said['name']}@{said['version']}"
    assert digests == said["files"]
    assert said["licence"] == "Apache-2.0"
    assert b"Apache License" in files_of_others["LICENSE"]
    assert said["name"] in (VENDORED / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
    assert not [name for name, content in files_of_others.items() if b"registry." in content]
