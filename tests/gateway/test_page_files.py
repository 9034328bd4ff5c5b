import re
from importlib.resources import files

import pytest

from tests.gateway.graphs import served

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


FOLDER = files("cse_chat.entrypoints.http").joinpath("static")
NAMES = sorted(file.name for file in FOLDER.iterdir() if file.is_file())
MODULES = [name for name in NAMES if name.endswith(".js")]

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@pytest.mark.parametrize(
    ("path", "name"), [("/", "index.html"), *((f"/static/{name}", name) for name in NAMES)]
)
async def test_every_file_of_the_page_is_served_with_its_media_type_and_policy(
    path: str, name: str
) -> None:
    async with served() as client:
        response = await client.get(path)

    assert response.status_code == 200
    assert response.content == FOLDER.joinpath(name).read_bytes()
    assert response.headers["content-type"] == MEDIA_TYPES[name.rpartition(".")[2]]
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


@pytest.mark.parametrize("name", NAMES)
def test_no_file_has_inline_script_or_style_or_a_foreign_address(name: str) -> None:
    text = FOLDER.joinpath(name).read_text(encoding="utf-8")
    text = text.replace("http://www.w3.org/2000/svg", "")
    for forbidden in ("://", " style=", "<style", "innerHTML", "insertAdjacentHTML", "eval("):
        assert forbidden not in text


def test_the_page_has_one_script_and_asks_for_all_modules_at_once() -> None:
    """Else each round of imports would be a round trip."""
    index = FOLDER.joinpath("index.html").read_text(encoding="utf-8")
    loaded = re.findall(r'<link rel="modulepreload" href="/static/(.+?)">', index)

    assert re.findall(r"<script.*?>", index) == ['<script type="module" src="/static/app.js">']
    assert sorted([*loaded, "app.js"]) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short_and_imports_only_what_is_there(name: str) -> None:
    text = FOLDER.joinpath(name).read_text(encoding="utf-8")
    imported = re.findall(r'(?:from|import\(|^import) ?"(.+?)"', text, flags=re.MULTILINE)

    assert {path.removeprefix("./") for path in imported} <= set(MODULES)
    assert text.count("\n") < 300
