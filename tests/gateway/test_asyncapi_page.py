"""``/asyncapi``: the page, the document, its library, and what the page may do."""

import re
from importlib.metadata import version
from typing import Final

import pytest

from cse_chat.entrypoints.http.channels.document import asyncapi_document
from tests.gateway.graphs import served

POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " sandbox allow-scripts"
)
LIBRARY: Final = f"/asyncapi/litestar-asyncapi@{version('litestar-asyncapi')}"


async def test_the_page_is_served_with_a_policy_that_shuts_it_in() -> None:
    async with served() as client:
        response = await client.get("/asyncapi")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-security-policy"] == POLICY
    assert "access-control-allow-origin" not in response.headers


async def test_no_other_page_may_do_what_this_one_may() -> None:
    async with served() as client:
        policies = [
            (await client.get(path)).headers["content-security-policy"]
            for path in ("/", "/schema", "/asyncapi/start.js", "/asyncapi/asyncapi.json")
        ]

    assert not [policy for policy in policies if "unsafe" in policy]


async def test_the_document_is_served_to_programs() -> None:
    async with served() as client:
        response = await client.get("/asyncapi/asyncapi.json")
        again = await client.head("/asyncapi/asyncapi.json")

    assert (response.status_code, again.status_code) == (200, 200)
    assert response.headers["content-type"] == "application/vnd.aai.asyncapi+json;version=3.1.0"
    assert response.headers["cache-control"] == "no-cache"
    assert response.json() == asyncapi_document()


async def test_what_the_page_names_is_served_for_an_origin_of_its_own() -> None:
    """It has no origin that it could share with the service: see its policy."""
    async with served() as client:
        page = (await client.get("/asyncapi")).text
        named = re.findall(r'(?:src|href|data-renderer)="([^"]+)"', page)
        found = {path: await client.get(path) for path in named}

    assert {path: response.status_code for path, response in found.items()} == dict.fromkeys(
        named, 200
    )
    code = [path for path in named if path.endswith((".js", ".css"))]
    assert len(code) == 3
    for path in code:
        kind = "css" if path.endswith(".css") else "javascript"
        assert found[path].headers["content-type"] == f"text/{kind}; charset=utf-8"
        assert found[path].headers["access-control-allow-origin"] == "*"


async def test_the_library_is_for_ever_the_same_at_its_address() -> None:
    async with served() as client:
        page = (await client.get("/asyncapi")).text
        responses = [
            await client.get(path) for path in re.findall(rf'"({re.escape(LIBRARY)}/[^"]+)"', page)
        ]

    assert len(responses) == 2
    assert all("immutable" in response.headers["cache-control"] for response in responses)


async def test_whatever_the_renderer_imports_is_served() -> None:
    async with served() as client:
        page = (await client.get("/asyncapi")).text
        (renderer,) = re.findall(r'data-renderer="([^"]+)"', page)
        code = (await client.get(renderer)).text
        imported = re.findall(r'from"\./([^"]+)"', code)
        statuses = [(await client.get(f"{LIBRARY}/{name}")).status_code for name in imported]

    assert statuses == [200] * len(imported) != []


@pytest.mark.parametrize(
    "path",
    [
        "/asyncapi/index.html",
        "/asyncapi/nothing.js",
        f"{LIBRARY}/manifest.json",
        f"{LIBRARY}/THIRD-PARTY-LICENSES.md",
        f"{LIBRARY}/..%2Fbootstrap.js",
        "/asyncapi/litestar-asyncapi@0.0.0/react.js",
    ],
)
async def test_nothing_else_is_served(path: str) -> None:
    async with served() as client:
        response = await client.get(path)

    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")
