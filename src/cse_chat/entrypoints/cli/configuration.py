"""Settings as the commands read them: option, environment, ``.env``, default."""

from collections.abc import Mapping

from cse_chat.entrypoints.cli.exit_codes import ExitCode, fail
from cse_chat.entrypoints.cli.layers import NOTHING, Layers
from cse_chat.entrypoints.environment import SettingsError
from cse_chat.entrypoints.settings import Settings


def read_settings(usual: Mapping[str, str] = NOTHING, **options: str | None) -> Settings:
    """Return the settings of this process.

    Args:
        usual: See `Layers.of_process`.
        options: See `Layers.of_process`.

    Raises:
        CommandFailedError: Something is unusable; every such variable is named.
    """
    return settings_of(Layers.of_process(usual, **options))


def settings_of(layers: Layers) -> Settings:
    """Return the settings that *layers* say.

    Raises:
        CommandFailedError: Something is unusable; every such variable is named.
    """
    try:
        return Settings.from_env(layers.merged())
    except SettingsError as error:
        lines = [f"  {problem.variable} {problem.rule}" for problem in error.problems]
        text = "\n".join(["these settings cannot be used:", *lines])
        fail(ExitCode.UNUSABLE, text, because=error)
