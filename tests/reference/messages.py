"""Every message but those of HTTP: where it goes, its fields, an example; and the document itself."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cse_chat.entrypoints.http.channels.document import asyncapi_document
from tests.reference.markdown import code, page, table

_ENDS = {"send": "from the service", "receive": "to the service"}


def document() -> str:
    """Return the AsyncAPI document, for people to compare."""
    return _json(asyncapi_document()) + "\n"


def messages_page() -> str:
    """Return the page of all channels and messages."""
    published = asyncapi_document()
    return page(
        "Messages",
        published["info"]["description"],
        "A running service shows all of it at `/asyncapi`; for programs it is at"
        " `/asyncapi/asyncapi.json`, and here in [asyncapi.json](../asyncapi.json). HTTP is in"
        " [http.md](http.md), what the product promises in [contract.md](../contract.md).",
        "## Channels",
        *_channels(published),
        "## Messages by name",
        *_messages(published),
    )


def _channels(published: Mapping[str, Any]) -> Iterator[str]:
    for name, channel in published["channels"].items():
        (server,) = channel["servers"]
        carrier = published["servers"][_last(server["$ref"])]["title"]
        yield f"### {channel['title']}: {code(channel['address'])}"
        yield f"Over {carrier}. {channel['description']}"
        yield table(
            ("operation", "goes", "messages"),
            (
                (
                    f"{operation['summary']}. {operation.get('description', '')}",
                    _ENDS[operation["action"]],
                    ", ".join(_linked(_last(each["$ref"])) for each in operation["messages"]),
                )
                for operation in published["operations"].values()
                if _last(operation["channel"]["$ref"]) == name
            ),
        )


def _messages(published: Mapping[str, Any]) -> Iterator[str]:
    schemas = published["components"]["schemas"]
    for name, message in published["components"]["messages"].items():
        payload = message["payload"]
        schema = schemas[_last(payload["$ref"])] if "$ref" in payload else payload
        yield f"### {name}"
        words = (f"{message['title']}.", message["summary"], message.get("description", ""))
        yield " ".join(filter(None, words))
        if "properties" in schema:
            yield _fields(schema, schemas)
        if "headers" in message:
            yield "Headers:"
            yield _fields(message["headers"], schemas)
        (example, *_) = message["examples"]
        shown = example["payload"]
        yield f"```json\n{_json(shown)}\n```" if isinstance(shown, dict) else f"```\n{shown}\n```"


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    return table(
        ("name", "type", "always", "meaning"),
        (
            (
                code(name),
                _type_of(field, schemas),
                "yes" if name in required else "",
                field.get("description", ""),
            )
            for name, field in schema["properties"].items()
        ),
    )


def _type_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = _last(schema["$ref"])
        inner = schemas[name]
        return f"{name}: {_type_of(inner, schemas)}" if "enum" in inner else name
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return ", ".join(code(value) if value else "empty" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type_of(each, schemas) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type_of(schema['items'], schemas)}"
    return str(schema.get("format", schema.get("type", "any")))


def _linked(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
