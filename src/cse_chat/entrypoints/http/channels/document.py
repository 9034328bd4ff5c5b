"""The published description of everything but HTTP: AsyncAPI 3.1, made of what is written and read."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar_asyncapi.spec import AsyncAPI, Components, Info, License, Server, Tag

from cse_chat.adapters.redis.cancellations import Cancelled
from cse_chat.adapters.wire.audit import AuditWire
from cse_chat.adapters.wire.hints import HintWire, WakeWire
from cse_chat.adapters.wire.outcomes import Announcement
from cse_chat.adapters.wire.schemas import json_schemas
from cse_chat.entrypoints.http.channels import conversations, pubsub, records
from cse_chat.entrypoints.http.channels.described import Json
from cse_chat.entrypoints.http.published.docstrings import explain
from cse_chat.entrypoints.sections.processes import HttpSettings
from cse_chat.entrypoints.sections.transports import KafkaSettings, RedisSettings

_REFERENCE: Final = "#/components/schemas/{name}"
_OUTCOME: Final[Json] = {
    "description": "How it ended.",
    "anyOf": [
        {"$ref": _REFERENCE.format(name=name)} for name in ("ChatResponse", "UnansweredResponse")
    ],
}

CHANNELS: Final = (*conversations.CHANNELS, *records.CHANNELS, *pubsub.CHANNELS)

_TAGS: Final[Mapping[str, str]] = {
    conversations.SERVER: "What a front end needs.",
    records.SERVER: "What has to be there later.",
    pubsub.SERVER: "What is told to who waits now.",
}

_DESCRIPTION: Final = """\
Ask about the Colombo Stock Exchange, and follow what happens.

A front end needs the WebSocket alone; HTTP is described at `/schema`. Kafka and Redis lie between \
gateways and workers: whoever reads along there, or writes another gateway or worker, needs the rest. \
`send` and `receive` are what the service does.

Readers ignore fields and headers that they do not know, except of a client's frames. Times are UTC, \
with `Z`.\
"""


def asyncapi_document() -> dict[str, Any]:
    """Return the description of the WebSocket, the topics of Kafka and the channels of Redis.

    It depends on nothing but the code: the same at every call, as JSON takes it.
    """
    document = AsyncAPI(
        info=Info(
            title="cse-chat",
            version=version("cse-chat"),
            description=_DESCRIPTION,
            license=License(name="Apache-2.0"),
            tags=[Tag(name=name, description=text) for name, text in _TAGS.items()],
        ),
        default_content_type="application/json",
        servers=dict(_servers()),
        channels={each.name: each.channel() for each in CHANNELS},
        operations={
            name: operation for each in CHANNELS for name, operation in each.operations().items()
        },
        components=Components(
            schemas=_schemas(),
            messages={
                name: carried for each in CHANNELS for name, carried in each.messages.items()
            },
        ),
    ).to_schema()
    document["components"] = {name: part for name, part in document["components"].items() if part}
    # There and back: what was an enum, a date or a tuple is now what a reader would get.
    return dict(msgspec.json.decode(msgspec.json.encode(document)))


def _servers() -> Mapping[str, Server]:
    http, redis = HttpSettings(), urlsplit(RedisSettings().url)
    return {
        conversations.SERVER: Server(
            host=f"{http.host}:{http.port}",
            protocol="ws",
            title="WebSocket",
            description="A gateway, by default.",
        ),
        records.SERVER: Server(
            host=KafkaSettings().bootstrap_servers,
            protocol="kafka",
            title="Kafka",
            description="`CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS`, by default.",
        ),
        pubsub.SERVER: Server(
            host=redis.netloc,
            pathname=redis.path,
            protocol="redis",
            title="Redis Pub/Sub",
            description="`CSE_CHAT__REDIS__URL`, by default. Nobody but gateways, workers and who"
            " is trusted like them may reach it.",
        ),
    }


def _schemas() -> dict[str, Any]:
    """Return the schema of every message, and of each part of one."""
    _, components = msgspec.json.schema_components(
        [*conversations.REPLIES, AuditWire, Announcement, Cancelled, HintWire, WakeWire],
        ref_template=_REFERENCE,
    )
    for told in ("SettledFrame", "Announcement"):
        components[told]["properties"]["outcome"] = {**_OUTCOME}  # passed on as it was written
    for reply in conversations.REPLIES:
        components[reply.__name__]["required"].insert(0, "type")  # it has a default, and is said
    schemas = {**components, **_referring_here(json_schemas()["$defs"])}
    for schema in schemas.values():
        explain(schema)
    return {**schemas, **conversations.FRAMES}


def _referring_here(part: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return *part* of a document of definitions as part of ours."""
    if isinstance(part, dict):
        return {
            name: str(value).replace("#/$defs/", _REFERENCE.format(name=""))
            if name == "$ref"
            else _referring_here(value)
            for name, value in part.items()
        }
    return [_referring_here(each) for each in part] if isinstance(part, list) else part
