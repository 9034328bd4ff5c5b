from importlib.resources import files
from pathlib import Path

import pytest

from tests.gateway.graphs import served

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/static/app.js", "text/javascript; charset=utf-8"),
        ("/static/app.css", "text/css; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
    ],
)
async def test_the_page_is_served_with_its_media_types_and_policy(
    path: str, media_type: str
) -> None:
    async with served() as client:
        response = await client.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["cache-control"] == "no-cache"


async def test_an_unchanged_file_is_not_sent_again() -> None:
    async with served() as client:
        first = await client.get("/static/app.js")
        again = await client.get("/static/app.js", headers={"If-None-Match": first.headers["etag"]})
        other = await client.get("/static/app.js", headers={"If-None-Match": '"older"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["app.py", "..%2Fapp.py", "index.htm", "%00"])
async def test_nothing_else_is_served(name: str) -> None:
    async with served() as client:
        response = await client.get(f"/static/{name}")

    assert response.status_code == 404


def test_the_page_has_no_inline_script_or_style_and_no_foreign_address() -> None:
    folder = files("cse_chat.entrypoints.http").joinpath("static")
    for file in filter(Path.is_file, Path(str(folder)).iterdir()):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, file.name
        assert " style=" not in text, file.name
        assert "<style" not in text, file.name
        assert "innerHTML" not in text, file.name
    index = folder.joinpath("index.html").read_text(encoding="utf-8")
    assert index.count("<script") == index.count('<script type="module" src=') == 1
