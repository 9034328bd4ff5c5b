"""Requests that change nothing by being sent twice: they are sent until they are answered."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from cse_chat.client.gateways import Gateways, timeout
from cse_chat.client.interruptions import BusyGatewayError
from cse_chat.client.responses import is_busy, retry_after
from cse_chat.client.retries import Patience, Retries


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Sends such requests to whichever gateway answers."""

    gateways: Gateways
    patience: Patience

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> httpx.Response:
        """Return the first response that is not only about the state of a gateway.

        Args:
            method: Of HTTP.
            path: Of the route.
            query: Parameters.
            wait: Seconds that the gateway is asked to hold the request.

        Raises:
            UnreachableError: There was none for longer than there is patience.
        """
        retries = Retries(self.gateways, self.patience)
        while True:
            gateway = retries.gateway
            try:
                response = await gateway.http.request(
                    method, path, params=query, timeout=timeout(wait)
                )
            except httpx.TransportError as error:
                await retries.again(gateway, because=error)
                continue
            if not is_busy(response):
                return response
            after = retry_after(response)
            busy = BusyGatewayError(response.status_code, after=after)
            await retries.again(gateway, because=busy, after=after)
