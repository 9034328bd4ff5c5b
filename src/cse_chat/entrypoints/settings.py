"""Configuration, read once at the edge of the process.

Importing this module costs a third of a second (pydantic), so commands that need no settings
do not.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from cse_chat.entrypoints.addresses import DEFAULT_HOST, DEFAULT_PORT, is_loopback
from cse_chat.entrypoints.agents import fault_of_name, installed_agents
from cse_chat.entrypoints.environment import (
    PREFIX,
    SettingProblem,
    SettingsError,
    invalid,
    unknown,
    values,
)
from cse_chat.entrypoints.folders import user_data_folder


def _built(*names: str, later: str) -> BeforeValidator:
    def refuse(value: object) -> object:
        if isinstance(value, str) and value in later.split():
            choice = " or ".join(names)
            raise ValueError(f"names a choice that is not built yet; use {choice}")
        return value

    return BeforeValidator(refuse)


_MONTH: Final = 2_592_000
_Seconds = Annotated[float, Field(gt=0, le=_MONTH, allow_inf_nan=False)]
_SERVERS: Final = r"^\s*[^\s,:]+:\d{1,5}(\s*,\s*[^\s,:]+:\d{1,5})*\s*$"
_Name = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[!-~]+$")]


class _Section(BaseModel):
    # hide_input: a traceback of ours may be pasted somewhere, and a value may be a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class HttpSettings(_Section):
    """Where the service listens and how long it holds a connection for an answer."""

    host: _Name = Field(default=DEFAULT_HOST, description="Address to listen on.")
    port: int = Field(
        default=DEFAULT_PORT,
        ge=0,
        le=65_535,
        description="Port to listen on; 0 takes a free one.",
    )
    wait_seconds: _Seconds = Field(
        default=30, description="How long POST /api/chat waits for the answer before it says 504."
    )
    drain_seconds: _Seconds = Field(
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


class RequestsSettings(_Section):
    """The log of questions."""

    transport: Literal["kafka", "memory"] = Field(
        default="kafka",
        description="Where questions are kept until they are answered: kafka or memory; memory"
        " unless it is said under cse-chat run.",
    )


class KafkaSettings(_Section):
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


class RepliesSettings(_Section):
    """The way back of answers."""

    transport: Annotated[Literal["redis", "memory"], _built("redis", "memory", later="kafka")] = (
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


class RedisSettings(_Section):
    """The server that keeps answers and conversations, and for how long, whatever keeps them."""

    url: Annotated[
        str, Field(pattern=r"^(rediss?|unix)://\S+$", max_length=4_096), AfterValidator(_a_server)
    ] = Field(
        default="redis://127.0.0.1:6379/0",
        description="The Redis server: redis://user:password@host:port/database, or rediss://.",
    )
    answer_ttl_seconds: _Seconds = Field(
        default=86_400,
        description="How long an answer can be read, counted from its last change; in memory, also"
        " no longer than there is room for it (16 MB).",
    )
    history_ttl_seconds: _Seconds = Field(
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


class AuthSettings(_Section):
    """Who may ask."""

    mode: Annotated[Literal["none"], _built("none", later="jwt")] = Field(
        default="none",
        description="How callers prove who they are; none is one local user, on loopback.",
    )


class AgentSettings(_Section):
    """Who answers, and how long a question stays worth answering."""

    name: _Name = Field(
        default="analyst",
        description="Who answers: analyst, echo for tests and benchmarks, or an installed agent.",
    )
    deadline_seconds: _Seconds = Field(
        default=300, description="How long after it was asked a question may still be answered."
    )
    max_deadline_seconds: _Seconds = Field(
        default=3_600, description="The longest deadline that any question may have."
    )
    attempts: int = Field(
        default=3, ge=1, le=100, description="Failed attempts after which a question is set aside."
    )
    echo_seconds: float = Field(
        default=0, ge=0, le=_MONTH, allow_inf_nan=False, description="How long echo thinks."
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


class WorkerSettings(_Section):
    """How much is worked on at once."""

    concurrency: int = Field(
        default=100, ge=1, le=100_000, description="Agents that may run at once."
    )
    lease_seconds: _Seconds = Field(
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
    drain_seconds: _Seconds = Field(
        default=20, description="How long running questions may finish after SIGTERM."
    )
    port: int = Field(
        default=9_100,
        ge=0,
        le=65_535,
        description="Port of cse-chat worker, for health; 0 is none.",
    )

    @property
    def lease(self) -> timedelta:
        """How long a claim lives without being renewed."""
        return timedelta(seconds=self.lease_seconds)

    @property
    def drain(self) -> timedelta:
        """How long running questions may go on once the process was told to stop."""
        return timedelta(seconds=self.drain_seconds)


class Settings(BaseSettings):
    """Everything that differs between a laptop, a test and production; the same value for ever.

    Calling it reads no environment: that is what `from_env` is for.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
    )

    http: HttpSettings = HttpSettings()
    requests: RequestsSettings = RequestsSettings()
    replies: RepliesSettings = RepliesSettings()
    kafka: KafkaSettings = KafkaSettings()
    redis: RedisSettings = RedisSettings()
    auth: AuthSettings = AuthSettings()
    agent: AgentSettings = AgentSettings()
    worker: WorkerSettings = WorkerSettings()
    data_dir: Path = Field(
        default_factory=lambda: user_data_folder({}),
        description="Folder of the service's own files (default: cse-chat in your data folder).",
    )

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Return the settings in *env*, defaults where a variable is unset or empty.

        Raises:
            SettingsError: A variable is unknown or unusable; all such are named at once.
        """
        problems = list(unknown(cls, env))
        try:
            settings = cls(**cls._given(env))
        except ValidationError as error:
            problems += invalid(error)
            # The rules that join variables are told about at once, too: those that are well are
            # held against the defaults of those that are not.
            bad = {problem.variable for problem in problems}
            settings = cls(**cls._given({name: env[name] for name in env if name not in bad}))
        named = {problem.variable for problem in problems}
        problems += [problem for problem in _clashes(settings) if problem.variable not in named]
        if problems:
            raise SettingsError(*sorted(problems, key=lambda problem: problem.variable))
        return settings

    @classmethod
    def _given(cls, env: Mapping[str, str]) -> dict[str, Any]:
        return {"data_dir": user_data_folder(env), **values(cls, env)}

    @override
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing but what the constructor is given."""
        return (init_settings,)


def _clashes(settings: Settings) -> Iterator[SettingProblem]:
    """Yield what is wrong with well-formed settings together."""
    if not is_loopback(settings.http.host):
        yield SettingProblem(
            variable="CSE_CHAT__HTTP__HOST",
            rule="must be a loopback address such as 127.0.0.1, because callers do not have to"
            " prove who they are (CSE_CHAT__AUTH__MODE is none) and would share one user",
        )
    fault = fault_of_name(settings.agent.name, installed_agents())
    if fault:
        yield SettingProblem(variable="CSE_CHAT__AGENT__NAME", rule=fault)
    agent, longest = settings.agent, settings.agent.max_deadline + settings.worker.drain
    if agent.deadline > agent.max_deadline:
        yield SettingProblem(
            variable="CSE_CHAT__AGENT__DEADLINE_SECONDS",
            rule="must not exceed CSE_CHAT__AGENT__MAX_DEADLINE_SECONDS",
        )
    if longest >= settings.redis.answer_ttl:
        yield SettingProblem(
            variable="CSE_CHAT__REDIS__ANSWER_TTL_SECONDS",
            rule="must exceed CSE_CHAT__AGENT__MAX_DEADLINE_SECONDS plus"
            " CSE_CHAT__WORKER__DRAIN_SECONDS, or an answer could be forgotten before it is given",
        )
