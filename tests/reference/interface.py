"""The HTTP interface: its routes, its problems, and the document itself."""

import json
from typing import Any

from cse_chat.adapters.wire.responses import problem_type
from cse_chat.entrypoints.http.openapi import openapi_document
from cse_chat.entrypoints.http.problem_kinds import KINDS
from cse_chat.entrypoints.http.published.operations import OPERATIONS
from tests.reference.markdown import code, page, table

_ELSEWHERE = {
    "method-not-allowed": "a method that an address does not take",
    "origin-not-allowed": "the handshake of a socket",
}


def document() -> str:
    """Return the OpenAPI document, for people to compare."""
    return json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"


def routes_page() -> str:
    """Return the page of all routes."""
    published = openapi_document()
    return page(
        "HTTP",
        published["info"]["description"],
        "A running service shows all of it, and lets you try it, at `/schema`; for programs it is at"
        " `/schema/openapi.json`, and here in [openapi.json](../openapi.json). What each `type` of"
        " problem means is in [problems.md](problems.md), what the product promises in"
        " [contract.md](../contract.md).",
        table(
            ("route", "does", "takes", "answers"),
            (
                (
                    code(f"{method.upper()} {path}"),
                    f"{operation['summary']}.",
                    ", ".join(_inputs(operation)),
                    ", ".join(operation["responses"]),
                )
                for path, operations in published["paths"].items()
                for method, operation in operations.items()
            ),
        ),
    )


def _inputs(operation: dict[str, Any]) -> list[str]:
    body = ["a JSON body"] if "requestBody" in operation else []
    own = (given for given in operation["parameters"] if given["in"] != "path")
    shown = (f"?{given['name']}=" if given["in"] == "query" else given["name"] for given in own)
    return [*body, *map(code, shown)]


def problems_page() -> str:
    """Return the page of all kinds of problems."""
    return page(
        "Problems",
        "Every error is `application/problem+json` (RFC 9457). Its `type` is stable, and leads to the"
        " sentence here; `detail` may say it better. Where asking again makes sense, `Retry-After`"
        " says after how many seconds. `shutting-down`, `processing-failed`, `not-owner` and"
        " `id-conflict` are finer names of a failed request, as `agent-failed` is. `ReadAnswer`,"
        " `CancelChat` and `ReadHistory` tell of an outcome with 200, in `problem`.",
        table(
            ("type", "status", "meaning, and what to do", "Retry-After", "of"),
            (
                (
                    code(problem_type(slug)),
                    str(kind.status),
                    kind.detail,
                    "" if kind.retry_after is None else f"{kind.retry_after} s",
                    ", ".join(
                        operation.operation_id
                        for operation in OPERATIONS
                        if kind in operation.kinds
                    )
                    or _ELSEWHERE[slug],
                )
                for slug, kind in KINDS.items()
            ),
        ),
    )
