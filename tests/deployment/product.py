"""What the product really has: settings, commands, how long it takes to end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import rich_click as click

from cse_chat.entrypoints.cli.main import cli
from cse_chat.entrypoints.cli.serving import longest_end
from cse_chat.entrypoints.environment import PREFIX, SettingsError, variables
from cse_chat.entrypoints.settings import Settings

NAME = "cse-chat"
PROBES = {
    "startupProbe": "/health/startup",
    "readinessProbe": "/health/ready",
    "livenessProbe": "/health/live",
}


def settings_of(environment: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """Return the settings of a container, and what is wrong with its environment.

    Where something is wrong, the settings are the defaults.
    """
    try:
        return Settings.from_env(environment), []
    except SettingsError as error:
        return Settings(), [f"{found.variable} {found.rule}" for found in error.problems]


def is_setting(name: str) -> bool:
    """Return whether *name* is a variable that the product reads."""
    return name in {variable.name for variable in variables(Settings)}


def is_ours(name: str) -> bool:
    """Return whether *name* looks like a variable of the product."""
    return name.upper().startswith(PREFIX)


def command_faults(words: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a command line of the product, given without the program."""
    command: click.Command = cli
    rest = list(words)
    while isinstance(command, click.Group):
        if not rest or rest[0] not in command.commands:
            known = len(words) - len(rest)
            yield f"{NAME} has no command `{' '.join(words[: known + 1])}`"
            return
        command = command.commands[rest.pop(0)]
    try:
        command.make_context(NAME, rest)
    except click.ClickException as error:
        yield f"`{NAME} {' '.join(words)}` is refused: {error.format_message()}"


def program_faults(words: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a command line that has to be one of the product."""
    if list(words[:1]) != [NAME]:
        yield f"`{' '.join(words)}` is not {NAME}"
        return
    yield from command_faults(words[1:])


def must_be_patient(given: timedelta, settings: Settings, before: timedelta) -> Iterator[str]:
    """Yield that a container would be killed while it still ends.

    Args:
        given: How long it is waited for.
        settings: Of the container.
        before: What of that is over before it is told.
    """
    needed = before + longest_end(settings)
    if given <= needed:
        yield (
            f"it is killed after {given.total_seconds():g} s, and may take"
            f" {needed.total_seconds():g} s to end"
        )


def image_faults(image: str) -> Iterator[str]:
    """Yield that nobody knows which image *image* will be tomorrow."""
    _, _, tag = image.rpartition("/")[2].partition(":")
    if not tag or tag == "latest":
        yield f"the image {image} is not pinned by a tag"
