"""What is logged, as lines and events, without a trace in the process."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from cse_chat.entrypoints.logging import configure_logging

CANARY = "canary-3b1f"


@contextmanager
def restored() -> Iterator[None]:
    """Configure the log as the body does; afterwards it is as it was.

    It is our own configuration that comes back, not structlog's: with that, every error that is
    logged from here to the end of the run would take a second to draw.
    """
    configuration = structlog.get_config()
    root = logging.getLogger()
    handlers, level, raises = root.handlers[:], root.level, logging.raiseExceptions
    try:
        yield
    finally:
        structlog.configure(**configuration)
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.raiseExceptions = raises


def lines_of(log: Callable[[Any], object], *, human: bool = False) -> list[str]:
    """Return what is written while *log* is called with a logger of ours."""
    stream = io.StringIO()
    with restored():
        configure_logging(stream, human=human)
        log(structlog.get_logger("tests"))
    return stream.getvalue().split("\n")[:-1]


def event_of(log: Callable[[Any], object]) -> dict[str, Any]:
    (line,) = lines_of(log)
    event = json.loads(line)
    assert isinstance(event, dict)
    return event
