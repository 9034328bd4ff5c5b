"""JSON Schemas of what is on the wire, made from the structs that read and write it."""

from typing import Any, Final

import msgspec

from cse_chat.adapters.wire.event_schemas import EVENTS
from cse_chat.adapters.wire.requests import RequestWire
from cse_chat.adapters.wire.responses import ChatResponse, UnansweredResponse

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_TITLES: Final[dict[type[msgspec.Struct], str]] = {
    RequestWire: "Chat Request v1",
    ChatResponse: "Chat Response v1",
    UnansweredResponse: "Outcome without an answer",
    **{event: f"Event: {event.__struct_config__.tag}" for event in EVENTS},
}


def json_schemas() -> dict[str, Any]:
    """Return one document with a definition for each message, and for each part of one.

    A message is valid under the document if it is any of them: a request, an answer, another
    outcome, or an event. Readers ignore fields that they do not know, so further ones are allowed.
    """
    references, definitions = msgspec.json.schema_components(
        list(_TITLES), ref_template="#/$defs/{name}"
    )
    for struct, title in _TITLES.items():
        definitions[struct.__name__]["title"] = title
    for struct in _TITLES:
        if struct is not RequestWire:  # its time may come without a zone
            definitions[struct.__name__]["properties"]["timestamp"]["format"] = "date-time"
    return {
        "$schema": DIALECT,
        "title": "Messages of cse-chat, version 1",
        "anyOf": list(references),
        "$defs": definitions,
    }
