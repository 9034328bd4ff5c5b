"""``/metrics``: for Prometheus, and for `cse-chat doctor --watch`."""

from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from cse_chat.entrypoints.http.methods import READING
from cse_chat.entrypoints.metrics.exposition import Metrics


@route("/metrics", operation_id="ReadMetrics", http_method=READING)
async def read_metrics(
    request: Request[Any, Any, Any], metrics: NamedDependency[SkipValidation[Metrics]]
) -> Response[bytes]:
    """Tell what the process counts, in the text format of Prometheus."""
    body, media_type = metrics.scraped(request.headers.get("accept"))
    if media_type.startswith("text/"):  # to these the framework adds the charset itself
        media_type = media_type.removesuffix("; charset=utf-8")
    return Response(body, media_type=media_type)
