"""Configuration, read once at the edge of the process.

Importing this module costs a third of a second (pydantic), so commands that need no settings
do not.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from cse_chat.entrypoints.addresses import is_loopback
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
from cse_chat.entrypoints.sections.processes import (
    AgentSettings,
    AuthSettings,
    HttpSettings,
    WorkerSettings,
)
from cse_chat.entrypoints.sections.transports import (
    KafkaSettings,
    RedisSettings,
    RepliesSettings,
    RequestsSettings,
)


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

    @property
    def lets_strangers_in(self) -> bool:
        """Whether other machines may reach the host: nobody there can prove who they are yet."""
        return not is_loopback(self.http.host)

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
    if settings.lets_strangers_in and not settings.auth.allow_anonymous:
        yield SettingProblem(
            variable="CSE_CHAT__HTTP__HOST",
            rule="must be a loopback address such as 127.0.0.1, because callers do not have to"
            " prove who they are (CSE_CHAT__AUTH__MODE is none) and would share one user; to let"
            " anybody in all the same, say --allow-anonymous, or CSE_CHAT__AUTH__ALLOW_ANONYMOUS=true",
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
