"""A real browser on the real page: Debian's Chromium, driven by playwright."""

import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from litestar import Litestar
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    async_playwright,
    expect,
)

from tests.clients import listening

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
MISSING = "no Chromium here: install it with `apt-get install -y chromium` to test the page"

AT_MOST = 30_000
"""Milliseconds that a page may take for anything: it is a limit for failures, not for speed."""

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


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Start a browser; its contexts share nothing but the process."""
    require_chromium()
    expect.set_options(timeout=AT_MOST)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visit:
    """A page in a browser, and what it did that no page of ours may do.

    Attributes:
        troubles: Console errors, uncaught errors and violations of the policy, of all its tabs.
        foreign: Addresses of other origins that it asked for.
        stop_service: Ends what is behind the page, for another one at the same port.
    """

    page: Page
    origin: str
    stop_service: Callable[[], Awaitable[None]]
    troubles: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where the service is, for another one after it."""
        return int(self.origin.rpartition(":")[2])

    def watch(self, context: BrowserContext) -> None:
        """Note from now on what goes wrong."""
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        context.on("request", self._on_request)

    async def another_tab(self, path: str = "/") -> Page:
        """Open the same service in a second tab of the same browser."""
        tab = await self.page.context.new_page()
        await tab.goto(self.origin + path)
        return tab

    def _on_console(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        # Chromium reports each response of 400 and above as an error: those are expected.
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            self.troubles.append(text)

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", f"blob:{self.origin}")):
            self.foreign.append(request.url)


@asynccontextmanager
async def visiting(
    browser: Browser,
    app: Litestar,
    *,
    path: str = "/",
    width: int = 1100,
    height: int = 900,
    dark: bool = False,
    **emulated: Any,  # noqa: ANN401 -- as playwright's `new_context` takes them
) -> AsyncGenerator[Visit]:
    """Open a page of *app* in a context of its own: no storage, no cache."""
    async with (
        AsyncExitStack() as service,
        browsing(browser, width, height, dark, emulated) as context,
    ):
        url = await service.enter_async_context(listening(app))
        visit = Visit(page=await context.new_page(), origin=url, stop_service=service.aclose)
        visit.watch(context)
        await visit.page.goto(url + path)
        yield visit


@asynccontextmanager
async def browsing(
    browser: Browser, width: int, height: int, dark: bool, emulated: dict[str, Any]
) -> AsyncGenerator[BrowserContext]:
    """Give a context in which nothing takes longer than `AT_MOST`."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        **emulated,
    )
    context.set_default_timeout(AT_MOST)
    try:
        yield context
    finally:
        await context.close()
