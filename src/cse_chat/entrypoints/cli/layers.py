"""Where settings are said: in options, in the environment, in ``.env``. Quick to import."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from cse_chat.entrypoints.cli.exit_codes import ExitCode, fail

_DOTENV: Final = Path(".env")
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_PREFIX: Final = "CSE_CHAT__"  # as in `environment`, whose import takes half a second


class Origin(StrEnum):
    """Where a value comes from."""

    OPTION = "option"
    ENVIRONMENT = "environment"
    FILE = ".env"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What was said, under the names of the variables; the first that names one holds.

    Attributes:
        usual: What a command takes instead of the default.
    """

    options: Mapping[str, str]
    environment: Mapping[str, str]
    file: Mapping[str, str]
    usual: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_process(cls, usual: Mapping[str, str] = NOTHING, **options: str | None) -> Self:
        """Return what was said to this process.

        Args:
            usual: What stands for the defaults, under the names of the variables without prefix.
            options: What the command line says, under such names; ``None`` where it says nothing.

        Raises:
            CommandFailedError: ``.env`` cannot be read.
        """
        given = {name: said for name, said in options.items() if said is not None}
        return cls(
            options=_prefixed(given),
            environment=dict(os.environ),
            file=_dotenv(),
            usual=_prefixed(usual),
        )

    def merged(self) -> dict[str, str]:
        """Return one value for each variable; an empty one stands for the default."""
        said = {**self.file, **self.environment, **self.options}
        return said | {name: text for name, text in self.usual.items() if not said.get(name)}

    def origin_of(self, variable: str) -> Origin:
        """Return where the value of *variable* comes from."""
        for origin, said in (
            (Origin.OPTION, self.options),
            (Origin.ENVIRONMENT, self.environment),
            (Origin.FILE, self.file),
        ):
            if variable in said:
                return origin if said[variable] else Origin.DEFAULT
        return Origin.DEFAULT


def _prefixed(named: Mapping[str, str]) -> dict[str, str]:
    return {f"{_PREFIX}{name}": said for name, said in named.items()}


def _dotenv() -> dict[str, str]:
    if not _DOTENV.exists():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 -- slow, and there is mostly no such file

    try:
        # Without interpolation: a password may hold a dollar sign.
        found = dotenv_values(_DOTENV, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        fail(
            ExitCode.UNUSABLE,
            "the file .env in this folder cannot be read as UTF-8 text: mend or remove it",
            because=error,
        )
    return {name: value for name, value in found.items() if value is not None}
