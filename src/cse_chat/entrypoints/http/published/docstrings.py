"""Descriptions of schemas, out of the docstrings of the structs that they are made of."""

import inspect
import re
from typing import Any


def explain(schema: dict[str, Any]) -> None:
    """Give the text of a docstring to whom it belongs: a struct or its fields."""
    whole, _, fields = inspect.cleandoc(schema["description"]).partition("\n\nAttributes:\n")
    schema["description"] = whole
    for name, text in re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", fields, re.MULTILINE):
        schema["properties"][name]["description"] = re.sub(r"\s+", " ", text)
