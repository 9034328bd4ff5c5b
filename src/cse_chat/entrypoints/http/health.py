"""``/health``: for whoever starts, feeds and restarts this process."""

from typing import Any

from litestar import Controller, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.readiness import Readiness


class HealthController(Controller):
    """Tell how the process is; a body with details, and a status for machines."""

    path = "/health"

    @route("/live", operation_id="ReadLiveness", http_method=READING)
    async def live(self) -> dict[str, str]:
        """Say that the process answers at all."""
        return {"status": "live"}

    @route("/ready", operation_id="ReadReadiness", http_method=READING)
    async def ready(
        self, readiness: NamedDependency[SkipValidation[Readiness]]
    ) -> Response[dict[str, Any]]:
        """Say whether to send questions here: not before the start is over, nor while draining."""
        return _state(readiness, well=readiness.ready)

    @route("/startup", operation_id="ReadStartup", http_method=READING)
    async def startup(
        self, readiness: NamedDependency[SkipValidation[Readiness]]
    ) -> Response[dict[str, Any]]:
        """Say whether the start is over; it stays so while draining."""
        return _state(readiness, well=readiness.started)


def _state(readiness: Readiness, *, well: bool) -> Response[dict[str, Any]]:
    return Response(
        dict(readiness.details()),
        status_code=HTTP_200_OK if well else HTTP_503_SERVICE_UNAVAILABLE,
    )
