"""The gateways of one service: any of them knows every question."""

import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack
from ipaddress import ip_address
from types import TracebackType
from typing import Final, Self

import httpx
from typing_extensions import override

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0
"""What a gateway may take to say something, beside what it was asked to wait."""

_UNLIMITED: Final = httpx.Limits(max_connections=None, max_keepalive_connections=20)
_UNKEPT: Final = httpx.Limits(max_connections=None, max_keepalive_connections=0)


class Gateway:
    """One address, and what was learned about the way to it.

    Attributes:
        url: Where it is.
        http: Carries what may be sent again.
        asking: Carries questions, each on a connection of its own: one that is kept may be closed
            by the other side just when it is used, and then nobody knows what was heard.
        streams: Whether streams come through; else something on the way holds them back.
    """

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None) -> None:
        """Store the arguments.

        Args:
            url: Such as ``https://chat.example``; a path in it is kept.
            transport: What carries requests; ``None`` is the network.

        Raises:
            ValueError: *url* is none of HTTP.
        """
        self.url = _address(url)
        self.streams = True
        self.http = self._client(transport, _UNLIMITED)
        self.asking = self._client(transport, _UNKEPT)

    def _client(
        self, transport: httpx.AsyncBaseTransport | None, limits: httpx.Limits
    ) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url,
            transport=transport,
            limits=limits,
            timeout=timeout(),
            # Certificates take 70 ms to load, and are for https alone.
            verify=ssl.create_default_context() if self.url.scheme == "https" else False,
            # A proxy of the environment cannot reach what is on this machine.
            trust_env=not _is_loopback(self.url.host),
        )


class Gateways:
    """All addresses, and which of them is used now; closes their connections when it is left."""

    def __init__(
        self, urls: Sequence[str], transport: httpx.AsyncBaseTransport | None, *, first: int
    ) -> None:
        """Store the arguments; *first* chooses where to begin, so that clients spread.

        Raises:
            ValueError: There is no address, or one is unusable.
        """
        if not urls:
            raise ValueError("name the URL of a gateway, or of several")
        self._all = tuple(Gateway(url, transport) for url in urls)
        self._place = first % len(self._all)
        self._closing = AsyncExitStack()

    def __len__(self) -> int:
        return len(self._all)

    async def __aenter__(self) -> Self:
        for gateway in self._all:
            await self._closing.enter_async_context(gateway.http)
            await self._closing.enter_async_context(gateway.asking)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._closing.aclose()

    @property
    def current(self) -> Gateway:
        """The one that is used until it fails."""
        return self._all[self._place]

    def leave(self, failed: Gateway) -> None:
        """Use another one, unless somebody else has seen already that *failed* does not answer."""
        if failed is self.current:
            self._place = (self._place + 1) % len(self._all)

    @override
    def __str__(self) -> str:
        return ", ".join(str(gateway.url) for gateway in self._all)


def timeout(wait: float = 0.0) -> httpx.Timeout:
    """Return how long a request may take that the gateway is asked to hold for *wait* seconds."""
    return httpx.Timeout(wait + ANSWER_SECONDS, connect=CONNECT_SECONDS)


def _address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"not the URL of a gateway: {error}") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise ValueError("the URL of a gateway is like http://127.0.0.1:8000")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
