"""Environment variables: which mean something, where their values go, what is wrong with them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from pathlib import PurePath
from typing import Any, Final

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource
from typing_extensions import override

PREFIX: Final = "CSE_CHAT__"

# Names that the contract gives to parts of the product which do not exist yet.
_LATER: Final = ("SPOOL__", "FAILPOINTS")

MASK: Final = "********"
_SECRET_NAME: Final = re.compile("(?:DSN|KEY|PASSWORD|SECRET|TOKEN)$")
# Up to the last @, because a password that nobody escaped may hold what ends an address.
_USER_INFO: Final = re.compile(r"://.*@", re.DOTALL)


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
        path: The fields that lead to its value.
    """

    name: str
    default: str
    meaning: str
    path: tuple[str, ...]

    def value_in(self, settings: BaseModel) -> object:
        """Return the value that *settings* have for it."""
        return reduce(getattr, self.path, settings)


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
                path=path,
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


def presentable(name: str, value: object) -> str | float | bool | None:
    """Return *value* of the variable *name* as it may be shown: secrets are masked.

    Those are what is typed as one, what is named like one, and user and password in an address.
    """
    if isinstance(value, SecretStr | SecretBytes) or (value and _SECRET_NAME.search(name)):
        return MASK
    if isinstance(value, str | PurePath):
        return _USER_INFO.sub(f"://{MASK}@", str(value))
    return value if isinstance(value, int | float | None) else presentable(name, str(value))


def schema_of(settings: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of an object with a property for every variable."""
    whole = settings.model_json_schema()
    properties = {}
    for variable in variables(settings):
        part: dict[str, Any] = whole
        for name in variable.path:
            part = _resolved(part["properties"][name], whole)
        properties[variable.name] = {key: value for key, value in part.items() if key != "title"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of cse-chat",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _resolved(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref", "")
    return whole["$defs"][reference.removeprefix("#/$defs/")] if reference else part


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
