"""The gateways of one service: any of them knows every question."""

import ssl
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from ipaddress import ip_address
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import httpx
from typing_extensions import override

from cse_chat.client.ways import Way

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0
"""What a gateway may take to say something, beside what it was asked to wait."""

_MISSES: Final = 3
_UNLIMITED: Final = httpx.Limits(max_connections=None, max_keepalive_connections=20)
_UNKEPT: Final = httpx.Limits(max_connections=None, max_keepalive_connections=0)


class Gateway:
    """One address, and what was learned about the ways to it.

    Attributes:
        url: Where it is.
        ways: How events may come through, in the order in which to try; at least one.
        http: Carries what may be sent again.
        asking: Carries questions, each on a connection of its own: one that is kept may be closed
            by the other side just when it is used, and then nobody knows what was heard.
        tls: What sockets and requests prove its identity with; ``None`` where nothing is encrypted.
        is_direct: Whether no proxy of the environment is asked: none reaches what is on this machine.
    """

    def __init__(
        self, url: str, transport: httpx.AsyncBaseTransport | None, ways: Sequence[Way]
    ) -> None:
        """Store the arguments.

        Args:
            url: Such as ``https://chat.example``; a path in it is kept.
            transport: What carries requests; ``None`` is the network.
            ways: See there.

        Raises:
            ValueError: *url* is none of HTTP.
        """
        self.url = _address(url)
        self.ways = tuple(ways)
        self._misses: Counter[Way] = Counter()
        # Certificates take 70 ms to load, and are for https alone.
        self.tls = ssl.create_default_context() if self.url.scheme == "https" else None
        self.is_direct = _is_loopback(self.url.host)
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
            verify=self.tls or False,
            trust_env=not self.is_direct,
        )

    def socket_url(self, thread_id: str) -> str:
        """Return where the socket of a thread is."""
        base = self.url.raw_path.partition(b"?")[0].rstrip(b"/")
        path = b"%b/ws/chat/%b" % (base, quote(thread_id, safe="").encode())
        return str(self.url.copy_with(scheme="wss" if self.tls else "ws", raw_path=path))

    def missed(self, way: Way, *, is_certain: bool) -> None:
        """Note that nothing came in *way*; what is not certain counts once it is so again and again."""
        self._misses[way] += _MISSES if is_certain else 1

    def heard(self, way: Way) -> None:
        """Note that *way* works: of those that are tried before it, what was blocked is given up."""
        if self._misses:
            del self._misses[way]
            place = self.ways.index(way) if way in self.ways else 0
            open_ = [before for before in self.ways[:place] if self._misses[before] < _MISSES]
            self.ways = (*open_, *self.ways[place:])


class Gateways:
    """All addresses, and which of them is used now; closes their connections when it is left."""

    def __init__(
        self,
        urls: Sequence[str],
        transport: httpx.AsyncBaseTransport | None,
        *,
        first: int,
        ways: Sequence[Way],
    ) -> None:
        """Store the arguments; *first* chooses where to begin, so that clients spread.

        Raises:
            ValueError: There is no address, or one is unusable; or there is no way.
        """
        if not urls:
            raise ValueError("name the URL of a gateway, or of several")
        if not ways:
            raise ValueError("name a way in which events may come")
        self._all = tuple(Gateway(url, transport, ways) for url in urls)
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
        return ", ".join(shown(gateway.url) for gateway in self._all)


def shown(url: httpx.URL) -> str:
    """Return *url* for people, without a password."""
    return str(url.copy_with(userinfo=b""))


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
