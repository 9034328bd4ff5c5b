"""``/asyncapi``: the published document, and a page that shows it without any other origin.

Its files come out of the installed library: nothing of them is vendored here (ADR 0033).
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template
from typing import Final

import msgspec
from litestar import Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from cse_chat.entrypoints.http.methods import READING

_LIBRARY: Final = f"litestar-asyncapi@{version('litestar-asyncapi')}"
_ENTRY: Final = "tools/frontend/react.ts"
_MEDIA_TYPES: Final[Mapping[str, str]] = {".js": "text/javascript", ".css": "text/css"}

# The library reads the document with schemas that it compiles, which takes `unsafe-eval`. So the page
# is shut into an origin of its own: nothing that it runs can reach the chat, its storage or its page.
_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " sandbox allow-scripts"
)
# To that origin this one is foreign. What is served here is the same for everybody.
_FOR_ANYBODY: Final = {"Access-Control-Allow-Origin": "*"}
# Asked about each time: the document must not be older than the service behind it.
_FRESH: Final = {"Cache-Control": "no-cache"}
# A year: another version has another address.
_IMMUTABLE: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


class _Part(msgspec.Struct, rename="camel"):
    """What the library's manifest says of one of its files."""

    file: str
    imports: tuple[str, ...] = ()
    css: tuple[str, ...] = ()


# In threads, because making the document takes some tenths of a second, and the files are large.
@route("/asyncapi", http_method=READING, operation_id="ReadAsyncApiPage", sync_to_thread=True)
def asyncapi_page() -> Response[bytes]:
    """Show the document to people."""
    return Response(
        _page(),
        media_type="text/html",
        headers={**_FRESH, "Content-Security-Policy": _POLICY},
    )


@route(
    "/asyncapi/asyncapi.json",
    http_method=READING,
    operation_id="ReadAsyncApi",
    sync_to_thread=True,
)
def asyncapi_file() -> Response[bytes]:
    """Serve the document to programs."""
    return Response(
        _document(),
        media_type="application/vnd.aai.asyncapi+json;version=3.1.0",
        headers={**_FRESH, **_FOR_ANYBODY},
    )


@route(
    "/asyncapi/start.js",
    http_method=READING,
    operation_id="ReadAsyncApiPageStart",
    sync_to_thread=True,
)
def asyncapi_page_start() -> Response[bytes]:
    """Serve what draws the page."""
    return Response(
        _ours("start.js"),
        media_type="text/javascript",
        headers={**_FRESH, **_FOR_ANYBODY},
    )


@route(
    f"/asyncapi/{_LIBRARY}/{{name:str}}",
    http_method=READING,
    operation_id="ReadAsyncApiPageLibrary",
    sync_to_thread=True,
)
def asyncapi_page_library(name: FromPath[str]) -> Response[bytes]:
    """Serve the library that draws the page, for ever the same at its address."""
    file = _library().get(name)
    if file is None:
        raise NotFoundException
    return Response(
        file.read_bytes(),
        media_type=_MEDIA_TYPES[name[name.rindex(".") :]],
        headers={**_IMMUTABLE, **_FOR_ANYBODY},
    )


# Not at start-up, which hurries: most processes are never asked for the document.
@cache
def _document() -> bytes:
    from cse_chat.entrypoints.http.channels.document import (  # noqa: PLC0415 -- Kafka's library
        asyncapi_document,
    )

    return msgspec.json.encode(asyncapi_document())


@cache
def _page() -> bytes:
    entry = _manifest()[_ENTRY]
    (style,) = entry.css
    template = Template(_ours("index.html").decode())
    return template.substitute(style=_address(style), renderer=_address(entry.file)).encode()


@cache
def _library() -> Mapping[str, Traversable]:
    """Return the files that the page asks for, by name."""
    manifest, needed = _manifest(), [_ENTRY]
    for part in needed:
        needed += [each for each in manifest[part].imports if each not in needed]
    folder = files("litestar_asyncapi").joinpath("assets", "ui")
    paths = [path for part in needed for path in (manifest[part].file, *manifest[part].css)]
    return {path.rpartition("/")[2]: folder.joinpath(path) for path in paths}


def _manifest() -> Mapping[str, _Part]:
    content = files("litestar_asyncapi").joinpath("assets", "ui", "manifest.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, _Part])


def _address(path: str) -> str:
    return f"/asyncapi/{_LIBRARY}/{path.rpartition('/')[2]}"


@cache
def _ours(name: str) -> bytes:
    folder = files("cse_chat.entrypoints.http").joinpath("static", "asyncapi")
    return folder.joinpath(name).read_bytes()
