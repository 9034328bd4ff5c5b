"""Every setting: the page, and the example file."""

from typing import Any

from cse_chat.entrypoints.environment import PREFIX, Variable, variables
from cse_chat.entrypoints.settings import Settings
from tests.reference.markdown import code, page, table

_EXAMPLE_HEADER = """\
# Every setting with its default. Copy it to .env, which `cse-chat` reads from the folder it is
# started in: command line > environment > .env > default. An empty value is the default.
"""

_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "maxLength": "at most {} characters",
}


def settings_page() -> str:
    """Return the page of all settings."""
    schema = Settings.model_json_schema()
    return page(
        "Settings",
        "Environment variables, read once at start; a file `.env` in the folder that `cse-chat` is"
        " started in may hold them, too. Command line over environment over `.env` over default. An"
        " empty value is the default. Unknown or unusable variables are named, all at once, and"
        " nothing is started.",
        table(
            ("variable", "default", "meaning", "values"),
            (
                (
                    code(variable.name),
                    code(variable.default) or "depends on the machine",
                    variable.meaning,
                    _values(_part_of(schema, variable)),
                )
                for variable in variables(Settings)
            ),
        ),
    )


def example_file() -> str:
    """Return `.env.example`."""
    listed = (f"# {known.meaning}\n{known.name}={known.default}\n" for known in variables(Settings))
    return "\n".join([_EXAMPLE_HEADER, *listed])


def _part_of(schema: dict[str, Any], variable: Variable) -> dict[str, Any]:
    part = schema
    for name in variable.name.removeprefix(PREFIX).lower().split("__"):
        part = part["properties"][name]
        if reference := part.get("$ref"):
            part = schema["$defs"][reference.rpartition("/")[2]]
    return part


def _values(part: dict[str, Any]) -> str:
    choices = part.get("enum") or ([part["const"]] if "const" in part else [])
    if choices:
        return " or ".join(map(code, choices))
    kind = {
        "boolean": "true or false",
        "integer": "whole number",
        "number": "number",
        "string": "text",
    }[part["type"]]
    limits = [said.format(f"{part[key]:,}") for key, said in _LIMITS.items() if key in part]
    return ", ".join(["path" if part.get("format") == "path" else kind, *limits])
