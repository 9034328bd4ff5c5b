import pytest
from httpx import Response

from cse_chat.entrypoints.http.app import create_app
from tests.clients import client_of
from tests.gateway.graphs import a_container


async def look(path: str, *, started: bool = True, draining: bool = False) -> Response:
    container = a_container()
    async with client_of(create_app(container)) as client:
        container.readiness().started = started
        container.readiness().draining = draining
        return await client.get(f"/health/{path}")


@pytest.mark.parametrize("path", ["live", "ready", "startup"])
async def test_a_service_that_runs_is_well(path: str) -> None:
    assert (await look(path)).status_code == 200


async def test_readiness_tells_its_details() -> None:
    body = (await look("ready")).json()

    assert body["status"] == "ready"
    assert body["requests"]["transport"] == "memory"


async def test_a_service_that_drains_is_alive_and_started_but_not_ready() -> None:
    codes = [(await look(path, draining=True)).status_code for path in ("live", "startup", "ready")]

    assert codes == [200, 200, 503]
    assert (await look("ready", draining=True)).json()["status"] == "draining"


async def test_a_service_that_starts_is_alive_only() -> None:
    codes = [(await look(path, started=False)).status_code for path in ("live", "startup", "ready")]

    assert codes == [200, 503, 503]
