"""A real browser on the real page: Debian's Chromium, driven by playwright."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from litestar import Litestar
from playwright.async_api import Browser, Page, Request, async_playwright

from tests.clients import listening

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
MISSING = "no Chromium here: install it with `apt-get install -y chromium` to test the page"

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def require_chromium() -> None:
    """Skip the tests of the page, loudly, where no browser is; fail where one must be."""
    if shutil.which(CHROMIUM):
        return
    if os.environ.get("CI"):
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@dataclass
class Visit:
    """A page in a browser, and what it did that no page of ours may do.

    Attributes:
        troubles: Console errors, uncaught errors and violations of the policy.
        foreign: Addresses of other origins that it asked for.
    """

    page: Page
    origin: str
    troubles: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note from now on what goes wrong."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", self._on_request)

    def _on_console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        # Chromium reports each response of 400 and above as an error: those are expected.
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            self.troubles.append(text)

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:")):
            self.foreign.append(request.url)


@asynccontextmanager
async def visiting(
    app: Litestar, *, path: str = "/", width: int = 1100, height: int = 900, dark: bool = False
) -> AsyncGenerator[Visit]:
    """Open the page of *app* at *path*."""
    async with listening(app) as url, _chromium() as browser:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        visit = Visit(page=await context.new_page(), origin=url)
        visit.watch()
        visit.page.set_default_timeout(10_000)
        await visit.page.goto(f"{url}{path}")
        yield visit
        await context.close()


@asynccontextmanager
async def _chromium() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()
