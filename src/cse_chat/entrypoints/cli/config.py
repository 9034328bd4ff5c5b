"""``cse-chat config``: the settings of this process, where they come from, what is wrong."""

from dataclasses import dataclass

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from cse_chat.entrypoints.cli import consoles
from cse_chat.entrypoints.cli.configuration import settings_of
from cse_chat.entrypoints.cli.exit_codes import CommandFailedError
from cse_chat.entrypoints.cli.layers import Layers, Origin
from cse_chat.entrypoints.cli.printing import print_json, printable
from cse_chat.entrypoints.environment import (
    SettingProblem,
    SettingsError,
    presentable,
    schema_of,
    variables,
)
from cse_chat.entrypoints.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as it may be shown."""

    variable: str
    value: str | float | bool | None
    default: str | float | bool | None
    origin: Origin
    meaning: str


def show(*, as_json: bool) -> None:
    """Print every setting with its value, its default, and where the value comes from.

    Raises:
        CommandFailedError: Something is unusable; every such variable is named.
    """
    layers = Layers.of_process()
    found = settings_in(settings_of(layers), layers)
    if as_json:
        print_json(
            [
                {
                    "variable": setting.variable,
                    "value": setting.value,
                    "default": setting.default,
                    "origin": setting.origin,
                    "meaning": setting.meaning,
                }
                for setting in found
            ]
        )
    else:
        consoles.show(_table(found))


def check(*, as_json: bool) -> None:
    """Print what is wrong with the settings, or that nothing is.

    Raises:
        CommandFailedError: Something is unusable; every such variable is named.
    """
    layers = Layers.of_process()
    try:
        settings_of(layers)
    except CommandFailedError as error:
        if as_json:
            print_json({"ok": False, "problems": [_document(p) for p in _problems_of(error)]})
        raise
    if as_json:
        print_json({"ok": True, "problems": []})
    else:
        click.echo("every setting can be used")


def schema() -> None:
    """Print the JSON Schema of the settings."""
    print_json(schema_of(Settings))


def settings_in(settings: Settings, layers: Layers) -> list[Setting]:
    """Return every setting, its secrets masked.

    Args:
        settings: The values.
        layers: Where they were said.
    """
    defaults = Settings.from_env({name: layers.merged().get(name, "") for name in _OF_MACHINE})
    return [
        Setting(
            variable=variable.name,
            value=presentable(variable.name, variable.value_in(settings)),
            default=presentable(variable.name, variable.value_in(defaults)),
            origin=layers.origin_of(variable.name),
            meaning=variable.meaning,
        )
        for variable in variables(Settings)
    ]


def _problems_of(error: CommandFailedError) -> tuple[SettingProblem, ...]:
    return error.__cause__.problems if isinstance(error.__cause__, SettingsError) else ()


def _document(problem: SettingProblem) -> dict[str, str]:
    return {"variable": problem.variable, "rule": problem.rule}


def _table(found: list[Setting]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("Setting", "Value", "Default", "From"):
        table.add_column(heading, overflow="fold", no_wrap=heading in {"Setting", "From"})
    for setting in found:
        is_said = setting.origin is not Origin.DEFAULT
        table.add_row(
            Text(setting.variable),
            Text(_shown(setting.value), style="bold" if is_said else ""),
            Text(_shown(setting.default)),
            Text(setting.origin),
        )
    return table


def _shown(value: str | float | bool | None) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return printable(str(value))


# What the default of the data folder depends on.
_OF_MACHINE = ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA")
