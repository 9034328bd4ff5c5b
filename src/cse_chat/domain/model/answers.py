"""What an agent says while it answers, and what remains of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cse_chat.domain.model.artifacts import Artifact


class StepStatus(StrEnum):
    """Where a step is."""

    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something the agent does that a person may want to see.

    Attributes:
        name: Stable key, such as the name of a tool.
        label: What a person reads.
        detail: One line more, possibly empty; never a secret.
    """

    name: str
    label: str
    status: StepStatus
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer's text; the pieces joined are the whole."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an answer stands on.

    Attributes:
        model_used: Name of what produced it, such as ``cse-analyst/rules``.
        as_of: Date of the data; ``None`` when it uses none.
        sources: Where the facts come from, for people.
    """

    model_used: str
    as_of: date | None = None
    sources: tuple[str, ...] = ()


Said = Step | Delta | Artifact
"""What a person who follows an answer sees of it, as it comes."""

AgentEvent = Said | Basis
"""Whatever an agent yields; a `Basis` once, at any point, or never: of several the last holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything an attempt said, once it has ended well.

    Attributes:
        text: The pieces of text, joined.
        artifacts: In the order they came.
        said: Each step, piece of text and artifact as it came, in their order among each other:
            what somebody who followed the attempt has seen.
    """

    text: str
    basis: Basis
    artifacts: tuple[Artifact, ...] = ()
    said: tuple[Said, ...] = ()
