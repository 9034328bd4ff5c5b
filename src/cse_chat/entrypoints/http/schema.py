"""``/schema``: the published document, and a page that shows it without any other origin."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from litestar import Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.http.openapi import openapi_document

_FOLDER: Final = "schema"
_LIBRARY: Final = "swagger-ui-dist@5.35.0"

# By name, because a slim system has no table of media types; nothing else is served.
_OWN: Final = {"start.js": "text/javascript", "icon.svg": "image/svg+xml"}
_VENDORED: Final = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Asked about each time: the document must not be older than the service behind it.
_FRESH: Final = {"Cache-Control": "no-cache"}
# A year: another version has another address.
_IMMUTABLE: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


@route("/schema", http_method=READING, operation_id="ReadSchemaPage")
async def schema_page() -> Response[bytes]:
    """Show the document to people, who can try the operations out."""
    return Response(
        _read(_FOLDER, "index.html"),
        media_type="text/html",
        headers={**_FRESH, "Content-Security-Policy": _POLICY},
    )


@route("/schema/openapi.json", http_method=READING, operation_id="ReadOpenApi")
async def schema_document() -> Response[bytes]:
    """Serve the document to programs."""
    return Response(_document(), media_type="application/json", headers=_FRESH)


@route("/schema/{name:str}", http_method=READING, operation_id="ReadSchemaPageFile")
async def schema_page_file(name: FromPath[str]) -> Response[bytes]:
    """Serve what the page consists of."""
    if name not in _OWN:
        raise NotFoundException
    return Response(_read(_FOLDER, name), media_type=_OWN[name], headers=_FRESH)


@route(
    f"/schema/{_LIBRARY}/{{name:str}}", http_method=READING, operation_id="ReadSchemaPageLibrary"
)
async def schema_page_library(name: FromPath[str]) -> Response[bytes]:
    """Serve the library that draws the page, for ever the same at its address."""
    if name not in _VENDORED:
        raise NotFoundException
    return Response(
        _read(f"vendor/{_LIBRARY}", name), media_type=_VENDORED[name], headers=_IMMUTABLE
    )


# Not at start-up, which hurries: most processes are never asked for the document.
@cache
def _document() -> bytes:
    return msgspec.json.encode(openapi_document())


@cache
def _read(folder: str, name: str) -> bytes:
    return files(__package__).joinpath("static", folder, name).read_bytes()
