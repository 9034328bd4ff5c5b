"""What the sections of the settings are made of."""

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MONTH: Final = 2_592_000
Seconds = Annotated[float, Field(gt=0, le=MONTH, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[!-~]+$")]


class Section(BaseModel):
    """One part of the settings; the same value for ever."""

    # hide_input: a traceback of ours may be pasted somewhere, and a value may be a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def built(*names: str, later: str) -> BeforeValidator:
    """Return what says of the choices in *later* that they are not built yet."""

    def refuse(value: object) -> object:
        if isinstance(value, str) and value in later.split():
            choice = " or ".join(names)
            raise ValueError(f"names a choice that is not built yet; use {choice}")
        return value

    return BeforeValidator(refuse)
