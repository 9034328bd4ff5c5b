"""``cse-chat schema``: the documents that describe the service to other programs."""

from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from cse_chat.adapters.wire.schemas import json_schemas
from cse_chat.entrypoints.cli.exit_codes import ExitCode, fail
from cse_chat.entrypoints.cli.printing import json_of, print_json


class Document(StrEnum):
    """What can be exported: the HTTP interface, all others, or the messages that they carry."""

    OPENAPI = "openapi"
    ASYNCAPI = "asyncapi"
    JSON_SCHEMA = "json-schema"


def export(document: Document, *, output: Path | None) -> None:
    """Write *document* as JSON.

    Args:
        document: Which one.
        output: The file to write, made anew; ``None`` is the standard output.

    Raises:
        CommandFailedError: The file cannot be written.
    """
    content = _content_of(document)
    if output is None:
        print_json(content)
        return
    try:
        output.write_text(f"{json_of(content)}\n", encoding="utf-8")
    except OSError as error:
        message = f"{output} cannot be written ({error.strerror}): choose another with --output"
        fail(ExitCode.UNUSABLE, message, because=error)
    click.echo(f"wrote {output}", err=True)


def _content_of(document: Document) -> dict[str, Any]:
    if document is Document.JSON_SCHEMA:
        return json_schemas()
    if document is Document.ASYNCAPI:
        from cse_chat.entrypoints.http.channels.document import (  # noqa: PLC0415 -- see below
            asyncapi_document,
        )

        return asyncapi_document()
    from cse_chat.entrypoints.http.openapi import (  # noqa: PLC0415 -- the whole web framework
        openapi_document,
    )

    return openapi_document()
