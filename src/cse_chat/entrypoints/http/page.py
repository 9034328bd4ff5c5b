"""The chat page: its files are read once, and served with a strict policy."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePath
from typing import Any, Final

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, SkipValidation
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from cse_chat.entrypoints.http.methods import READING

INDEX: Final = "index.html"

# Given here, because a slim system has no table of media types, and a module must be JavaScript.
# The framework adds the charset to what is text. What has no type here is not of the page.
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """One file of the page.

    Attributes:
        etag: Changes exactly when the content does.
    """

    content: bytes
    media_type: str
    etag: str


def read_page() -> Mapping[str, PageFile]:
    """Return the files of the page by name; they lie side by side in one folder."""
    return {
        file.name: _page_file(file.read_bytes(), media_type)
        for file in files(__package__).joinpath("static").iterdir()
        if (media_type := _MEDIA_TYPES.get(PurePath(file.name).suffix))
    }


def _page_file(content: bytes, media_type: str) -> PageFile:
    digest = hashlib.sha256(content).hexdigest()[:32]
    return PageFile(content=content, media_type=media_type, etag=f'"{digest}"')


@route("/", operation_id="ReadPage", http_method=READING)
async def index(
    request: Request[Any, Any, Any],
    page: NamedDependency[SkipValidation[Mapping[str, PageFile]]],
) -> Response[bytes]:
    """Serve the page."""
    return _served(request, page[INDEX])


@route("/static/{name:str}", operation_id="ReadPageFile", http_method=READING)
async def page_file(
    request: Request[Any, Any, Any],
    name: FromPath[str],
    page: NamedDependency[SkipValidation[Mapping[str, PageFile]]],
) -> Response[bytes]:
    """Serve what the page consists of."""
    if name not in page:
        raise NotFoundException
    return _served(request, page[name])


def _served(request: Request[Any, Any, Any], file: PageFile) -> Response[bytes]:
    # Kept, but asked about each time: a page must not be older than the service behind it.
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": _POLICY,
        "ETag": file.etag,
    }
    unchanged = file.etag in request.headers.get("if-none-match", "")
    return Response(
        b"" if unchanged else file.content,
        status_code=HTTP_304_NOT_MODIFIED if unchanged else HTTP_200_OK,
        media_type=file.media_type,
        headers=headers,
    )
