"""Settings of one process that needs no server."""

from typing import Any

from cse_chat.entrypoints.sections.transports import RepliesSettings, RequestsSettings
from cse_chat.entrypoints.settings import Settings


def in_memory(**sections: Any) -> Settings:  # noqa: ANN401 -- whatever a section takes
    """Return what `cse-chat run` has, with *sections* of one's own."""
    return Settings(
        requests=RequestsSettings(transport="memory"),
        replies=RepliesSettings(transport="memory"),
        **sections,
    )
