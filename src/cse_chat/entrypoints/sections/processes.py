"""Settings of the processes: where they listen, who asks, who answers, how much at once."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from cse_chat.entrypoints.addresses import DEFAULT_HOST, DEFAULT_PORT
from cse_chat.entrypoints.sections.section import MONTH, Name, Seconds, Section, built


class HttpSettings(Section):
    """Where the service listens and how long it holds a connection for an answer."""

    host: Name = Field(default=DEFAULT_HOST, description="Address to listen on.")
    port: int = Field(
        default=DEFAULT_PORT,
        ge=0,
        le=65_535,
        description="Port to listen on; 0 takes a free one.",
    )
    wait_seconds: Seconds = Field(
        default=30, description="How long POST /api/chat waits for the answer before it says 504."
    )
    drain_seconds: Seconds = Field(
        default=20, description="How long connections may finish after SIGTERM before they are cut."
    )

    @property
    def wait(self) -> timedelta:
        """How long a question is waited for, at most."""
        return timedelta(seconds=self.wait_seconds)

    @property
    def drain(self) -> timedelta:
        """How long connections may finish once the process was told to stop."""
        return timedelta(seconds=self.drain_seconds)


class AuthSettings(Section):
    """Who may ask."""

    mode: Annotated[Literal["none"], built("none", later="jwt")] = Field(
        default="none",
        description="How callers prove who they are; none is one local user, on loopback.",
    )
    allow_anonymous: bool = Field(
        default=False,
        description="Let anybody in who can reach the host, all as the one local user, also where it is"
        " no loopback address.",
    )


class AgentSettings(Section):
    """Who answers, and how long a question stays worth answering."""

    name: Name = Field(
        default="analyst",
        description="Who answers: analyst, echo for tests and benchmarks, or an installed agent.",
    )
    deadline_seconds: Seconds = Field(
        default=300, description="How long after it was asked a question may still be answered."
    )
    max_deadline_seconds: Seconds = Field(
        default=3_600, description="The longest deadline that any question may have."
    )
    attempts: int = Field(
        default=3, ge=1, le=100, description="Failed attempts after which a question is set aside."
    )
    echo_seconds: float = Field(
        default=0, ge=0, le=MONTH, allow_inf_nan=False, description="How long echo thinks."
    )

    @property
    def deadline(self) -> timedelta:
        """How long a question is worth answering, unless its sender says otherwise."""
        return timedelta(seconds=self.deadline_seconds)

    @property
    def max_deadline(self) -> timedelta:
        """The longest that a sender may ask for."""
        return timedelta(seconds=self.max_deadline_seconds)

    @property
    def echo_delay(self) -> timedelta:
        """How long `echo` thinks."""
        return timedelta(seconds=self.echo_seconds)


class WorkerSettings(Section):
    """How much is worked on at once."""

    concurrency: int = Field(
        default=100, ge=1, le=100_000, description="Agents that may run at once."
    )
    lease_seconds: Seconds = Field(
        default=5, description="How long a silent worker keeps its claim on a question."
    )
    window_records: int = Field(
        default=10_000,
        ge=1,
        le=10_000_000,
        description="Unfinished questions held at once, at most.",
    )
    window_bytes: int = Field(
        default=67_108_864,
        ge=65_536,
        description="Bytes of unfinished questions held at once, at most.",
    )
    drain_seconds: Seconds = Field(
        default=20, description="How long running questions may finish after SIGTERM."
    )
    port: int = Field(
        default=9_100,
        ge=0,
        le=65_535,
        description="Port of cse-chat worker, for health and metrics; 0 is none.",
    )

    @property
    def lease(self) -> timedelta:
        """How long a claim lives without being renewed."""
        return timedelta(seconds=self.lease_seconds)

    @property
    def drain(self) -> timedelta:
        """How long running questions may go on once the process was told to stop."""
        return timedelta(seconds=self.drain_seconds)
