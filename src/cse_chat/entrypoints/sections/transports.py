"""Settings of what lies between the processes: the transports and their servers."""

import re
from datetime import timedelta
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from cse_chat.entrypoints.sections.section import Seconds, Section, built

_SERVERS: Final = r"^\s*[^\s,:]+:\d{1,5}(\s*,\s*[^\s,:]+:\d{1,5})*\s*$"


class RequestsSettings(Section):
    """The log of questions."""

    transport: Literal["kafka", "memory"] = Field(
        default="kafka",
        description="Where questions are kept until they are answered: kafka or memory; memory"
        " unless it is said under cse-chat run.",
    )


class RepliesSettings(Section):
    """The way back of answers."""

    transport: Annotated[Literal["redis", "memory"], built("redis", "memory", later="kafka")] = (
        Field(
            default="redis",
            description="What keeps answers and conversations, and brings answers back to who waits:"
            " redis or memory; memory unless it is said under cse-chat run.",
        )
    )
    per_request_channels: bool = Field(
        default=False,
        description="Also listen on chat.response:{correlation_id} for each waiting question: for"
        " agents that know nothing but the original design.",
    )


class KafkaSettings(Section):
    """The servers that keep questions, outcomes and dead letters."""

    bootstrap_servers: Annotated[str, Field(pattern=_SERVERS, max_length=4_096)] = Field(
        default="127.0.0.1:9092", description="Kafka servers to begin with: host:port, host:port."
    )
    partitions: int = Field(
        default=12, ge=1, le=10_000, description="Partitions of the topics that are created."
    )
    replication: int = Field(
        default=1, ge=1, le=100, description="Servers that keep each record; 3 where there are 3."
    )
    session_seconds: float = Field(
        default=30,
        ge=6,
        le=300,
        allow_inf_nan=False,
        description="How long a silent worker keeps its partitions; servers allow 6 to 1,800.",
    )

    @property
    def session(self) -> timedelta:
        """How long a silent worker keeps its partitions."""
        return timedelta(seconds=self.session_seconds)


def _a_server(url: str) -> str:
    """Return *url*, which the client can use: it would crash, or take another database, silently.

    Raises:
        ValueError: It cannot; the message quotes nothing, for a password may stand anywhere.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError("its port should be a number from 0 to 65535") from error
    if parts.scheme != "unix" and not re.fullmatch(r"(/\d*)?", parts.path):
        raise ValueError("what follows the port should be the number of a database, as in /0")
    return url


class RedisSettings(Section):
    """The server that keeps answers and conversations, and for how long, whatever keeps them."""

    url: Annotated[
        str, Field(pattern=r"^(rediss?|unix)://\S+$", max_length=4_096), AfterValidator(_a_server)
    ] = Field(
        default="redis://127.0.0.1:6379/0",
        description="The Redis server: redis://user:password@host:port/database, or rediss://.",
    )
    answer_ttl_seconds: Seconds = Field(
        default=86_400,
        description="How long an answer can be read, counted from its last change; in memory, also"
        " no longer than there is room for it (16 MB).",
    )
    history_ttl_seconds: Seconds = Field(
        default=86_400,
        description="How long a conversation is kept after its last turn; in memory, also no longer"
        " than there is room for it (16 MB).",
    )

    @property
    def answer_ttl(self) -> timedelta:
        """How long an answer can be read after its last change."""
        return timedelta(seconds=self.answer_ttl_seconds)

    @property
    def history_ttl(self) -> timedelta:
        """How long a conversation is kept after its last turn."""
        return timedelta(seconds=self.history_ttl_seconds)
