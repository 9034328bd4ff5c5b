"""The methods of routes that only read."""

from typing import Final

from litestar.enums import HttpMethod

READING: Final = (HttpMethod.GET, HttpMethod.HEAD)
"""HEAD is GET without the body (RFC 9110, 9.3.2), which the server leaves out."""
