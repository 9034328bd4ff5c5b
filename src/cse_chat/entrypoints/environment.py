"""Environment variables: which mean something, where their values go, what is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource
from typing_extensions import override

PREFIX: Final = "CSE_CHAT__"

# Names that the contract gives to parts of the product which do not exist yet.
_LATER: Final = ("KAFKA__", "REDIS__URL", "REPLIES__PER_", "SPOOL__", "WORKER__PORT", "FAILPOINTS")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingProblem:
    """One variable that cannot be used.

    Attributes:
        rule: What is expected; never the value, which may be a secret.
    """

    variable: str
    rule: str


class SettingsError(ValueError):
    """The settings are unusable; `problems` names every bad variable at once."""

    def __init__(self, *problems: SettingProblem) -> None:
        super().__init__("; ".join(f"{problem.variable} {problem.rule}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One environment variable that means something.

    Attributes:
        default: As it would be written; empty where the default depends on the machine.
        meaning: One sentence.
    """

    name: str
    default: str
    meaning: str


def variables(settings: type[BaseModel], outer: tuple[str, ...] = ()) -> Iterator[Variable]:
    """Yield every variable that *settings* has a place for, in the order of its fields."""
    for name, field in settings.model_fields.items():
        path = (*outer, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from variables(field.annotation, path)
        else:
            yield Variable(
                name=_name_of(path),
                default="" if field.default_factory else str(field.default),
                meaning=field.description or "",
            )


def values(settings: type[BaseSettings], env: Mapping[str, str]) -> dict[str, Any]:
    """Return what *env* says, nested like *settings*; an empty variable is an unset one."""
    known = {variable.name for variable in variables(settings)}
    # Only exact names: the library would also take lower-case ones, and JSON for whole sections.
    given = {name: text for name, text in env.items() if name in known and text}
    return _MappingSource(settings, given)()


def unknown(settings: type[BaseModel], env: Mapping[str, str]) -> Iterator[SettingProblem]:
    """Yield the variables of *env* that look like ours and are not.

    One underscore after the name is not ours: Kubernetes makes such variables for a service that
    is called cse-chat.
    """
    known = [variable.name for variable in variables(settings)]
    for name in env:
        if not name.upper().startswith(PREFIX) or name in known:
            continue
        close = get_close_matches(name.upper(), known, n=1, cutoff=0.7)
        if name.removeprefix(PREFIX).startswith(_LATER):
            rule = "belongs to a part that is not built yet; unset it"
        elif close:
            rule = f"is no setting; did you mean {close[0]}?"
        else:
            rule = "is no setting; .env.example lists them all"
        yield SettingProblem(variable=name, rule=rule)


def invalid(error: ValidationError) -> Iterator[SettingProblem]:
    """Yield the variables whose values *error* refuses."""
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        rule = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
        yield SettingProblem(variable=_name_of(fault["loc"]), rule=rule)


def _name_of(path: tuple[str | int, ...]) -> str:
    return PREFIX + "__".join(str(part) for part in path).upper()


class _MappingSource(EnvSettingsSource):
    """The library's reading of names and nesting, from a mapping instead of the process."""

    def __init__(self, settings: type[BaseSettings], env: Mapping[str, str]) -> None:
        self._env = env
        super().__init__(settings)

    @override
    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): text for name, text in self._env.items()}
