"""Logging of the process: one event a line, and nothing that a person wrote.

On a terminal the lines are for people, everywhere else they are JSON.
"""

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec
import structlog
from structlog.stdlib import ProcessorFormatter, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

from cse_chat.entrypoints.log_limits import Seldom
from cse_chat.entrypoints.log_lines import LineWriter
from cse_chat.entrypoints.redaction import presentable
from cse_chat.entrypoints.tracebacks import add_traceback, flatten_traceback

_encoder: Final = msgspec.json.Encoder()
_LEVEL: Final = logging.INFO
# What they say below this is said by our own events, or quotes addresses and bodies.
_QUIET: Final = ("aiokafka", "httpcore", "httpx", "litestar", "uvicorn", "websockets")
_REPEATING_SECONDS: Final = 10  # aiokafka writes a hundred lines a second while its server is away


def configure_logging(stream: TextIO | None = None, *, human: bool | None = None) -> None:
    """Send every event of this process to *stream*: ours, and those of the libraries.

    Calling it again replaces what it did before.

    Args:
        stream: Kept open by the caller for as long as the process logs; ``None`` is the standard
            error stream as it is now.
        human: Whether people read it; ``None`` asks whether *stream* is a terminal.
    """
    stream = stream or sys.stderr
    for_people = stream.isatty() if human is None else human
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_traceback,
        presentable,
        structlog.processors.add_log_level,
        _add_timestamp,
    ]
    lines = LineWriter(stream)
    ending = _ending_for_people() if for_people else _ending_for_machines()
    structlog.configure(
        processors=[*common, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVEL),
        logger_factory=lambda *_: lines,
        # Loggers stand in modules: a cached one would outlive the next configuration.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[add_logger_name, _only_the_wording, *common],
            processors=[ProcessorFormatter.remove_processors_meta, *ending],
            use_get_message=False,
            pass_foreign_args=True,
        )
    )
    handler.addFilter(Seldom("aiokafka", every_seconds=_REPEATING_SECONDS))
    logging.raiseExceptions = False  # else a record that cannot be formatted is printed raw
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVEL)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _add_timestamp(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return event


def _only_the_wording(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Keep of a library's message what its authors wrote, not what was put into it.

    Arguments may hold anything, and some libraries (asyncio) put objects below the first line.
    Numbers say nothing about a person, so a message with nothing else in it is complete.
    """
    arguments = event.pop("positional_args", ())
    lines = str(event["event"]).splitlines() or [""]
    wording = lines[0]
    # A sole mapping is for templates with names; it is not looked into.
    values = () if isinstance(arguments, Mapping) else tuple(arguments or ())
    if values and all(isinstance(value, int | float) for value in values):
        with suppress(TypeError, ValueError):  # they do not fit: the wording must do
            wording %= values
    event["event"] = wording
    return event


def _ending_for_machines() -> list[Processor]:
    return [_as_json]


def _as_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    # msgspec takes a tenth of the time of json.dumps, but leaves letters beyond ASCII as they are:
    # U+2028 among them, and others that a pipe or terminal may not take. `presentable` has left
    # nothing but plain values, so neither can fail.
    line = _encoder.encode(event)
    return line.decode() if line.isascii() else json.dumps(event)


def _ending_for_people() -> list[Processor]:
    return [flatten_traceback, structlog.dev.ConsoleRenderer(pad_event_to=20)]
