"""The AsyncAPI document as tests look at it."""

from collections.abc import Mapping
from typing import Any, Final

from jsonschema_rs import Draft7Validator

from cse_chat.entrypoints.http.channels.document import asyncapi_document

DOCUMENT: Final = asyncapi_document()
CHANNELS: Final[dict[str, Any]] = DOCUMENT["channels"]
MESSAGES: Final[dict[str, Any]] = DOCUMENT["components"]["messages"]
CONVERSATION: Final[dict[str, Any]] = CHANNELS["conversation"]


def validator_of(schema: Mapping[str, Any]) -> Draft7Validator:
    """Return what holds something to a schema in the document."""
    return Draft7Validator(
        {"components": DOCUMENT["components"], "allOf": [schema]}, validate_formats=True
    )
