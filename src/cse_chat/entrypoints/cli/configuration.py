"""Settings as the commands read them: option, environment, ``.env``, default."""

import os
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from cse_chat.entrypoints.cli.exit_codes import CommandFailedError, ExitCode
from cse_chat.entrypoints.environment import SettingsError
from cse_chat.entrypoints.settings import Settings

_DOTENV: Final = Path(".env")


def read_settings(**options: str | None) -> Settings:
    """Return the settings of this process.

    Args:
        options: What the command line says, under the names of the variables without prefix;
            ``None`` where it says nothing.

    Raises:
        CommandFailedError: Something is unusable; every such variable is named.
    """
    given = {f"CSE_CHAT__{name}": value for name, value in options.items() if value is not None}
    try:
        return Settings.from_env({**_dotenv(), **os.environ, **given})
    except SettingsError as error:
        lines = [f"  {problem.variable} {problem.rule}" for problem in error.problems]
        raise CommandFailedError(
            ExitCode.UNUSABLE, "\n".join(["these settings cannot be used:", *lines])
        ) from error


def _dotenv() -> dict[str, str]:
    try:
        # Without interpolation: a password may hold a dollar sign.
        found = dotenv_values(_DOTENV, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailedError(
            ExitCode.UNUSABLE, "the file .env in this folder cannot be read as UTF-8 text"
        ) from error
    return {name: value for name, value in found.items() if value is not None}
