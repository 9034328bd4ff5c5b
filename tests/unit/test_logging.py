"""The log: one parseable event a line, with nothing in it that a person wrote."""

import io
import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from cse_chat.domain.errors import NotAcceptedError, TransportError
from cse_chat.entrypoints.log_limits import Seldom
from cse_chat.entrypoints.logging import configure_logging
from tests.unit.logged import CANARY, event_of, lines_of

pytestmark = pytest.mark.usefixtures("the_log_is_restored")


def failing_with(*errors: Exception) -> None:
    """Raise the last of *errors*, each caused by the one before it."""
    cause: Exception | None = None
    for error in errors:
        error.__cause__ = cause
        cause = error
    raise errors[-1]


def test_an_event_is_one_line_of_json_with_level_and_utc_time() -> None:
    event = event_of(lambda log: log.info("chat_answered", attempt=1))

    assert (event["event"], event["level"], event["attempt"]) == ("chat_answered", "info", 1)
    written = datetime.fromisoformat(event["timestamp"])
    assert written.tzinfo == UTC
    assert abs((datetime.now(UTC) - written).total_seconds()) < 60


def test_bound_context_is_in_every_event() -> None:
    def log_within(log: Any) -> None:  # noqa: ANN401 -- structlog's loggers have no common type
        with structlog.contextvars.bound_contextvars(correlation_id="c1"):
            log.info("chat_answered")
            logging.getLogger("library").warning("slow")

    assert [json.loads(line)["correlation_id"] for line in lines_of(log_within)] == ["c1", "c1"]


def test_debug_events_are_not_written() -> None:
    assert lines_of(lambda log: log.debug("chat_answered", n=1)) == []


def test_an_error_tells_kinds_and_places_but_no_messages() -> None:
    def log_error(log: Any) -> None:  # noqa: ANN401 -- see above
        try:
            failing_with(ValueError(CANARY), TransportError(CANARY), OSError(28, CANARY))
        except OSError:
            log.exception("store_failed")

    event = event_of(log_error)

    assert CANARY not in json.dumps(event)
    assert [link["type"] for link in event["exception"]] == [
        "builtins.OSError",
        "cse_chat.domain.errors.TransportError",
        "builtins.ValueError",
    ]
    assert event["exception"][0]["errno"] == 28
    assert event["exception"][1]["slug"] == "transport-unavailable"
    assert "test_logging.py" in event["exception"][0]["frames"][-1]
    assert event["exception"][0]["frames"][-1].endswith("in failing_with")


def test_errors_of_a_group_and_contexts_are_told_and_rings_end() -> None:
    first, second = KeyError(CANARY), NotAcceptedError(CANARY)
    first.__context__, second.__context__ = second, first
    hidden = ValueError()
    hidden.__context__, hidden.__suppress_context__ = TypeError(), True

    event = event_of(
        lambda log: log.error("failed", exc_info=ExceptionGroup(CANARY, [first, hidden]))
    )

    assert [link["type"].rpartition(".")[2] for link in event["exception"]] == [
        "ExceptionGroup",
        "KeyError",
        "ValueError",
        "NotAcceptedError",
    ]


def test_exc_info_without_an_error_adds_nothing() -> None:
    event = event_of(lambda log: log.info("seen"))

    assert "exception" not in event
    assert "exception" not in event_of(lambda log: log.info("x", exc_info=(None, None, None)))


def test_libraries_write_the_same_lines() -> None:
    def fail_in_library(_: object) -> None:
        try:
            failing_with(ValueError(CANARY))
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    event = event_of(fail_in_library)

    assert event["event"] == "Exception in ASGI application"
    assert (event["logger"], event["level"]) == ("uvicorn.error", "error")
    assert event["exception"][0]["type"] == "builtins.ValueError"
    assert CANARY not in json.dumps(event)


@pytest.mark.parametrize(
    ("message", "arguments", "written"),
    [
        ("Cancel %s running task(s)", (3,), "Cancel 3 running task(s)"),
        ("Bad request: %s", (CANARY,), "Bad request: %s"),
        ("Took %d", (1, 2), "Took %d"),
        ("Named %(who)s", ({"who": CANARY},), "Named %(who)s"),
        (f"Task exception was never retrieved\nfuture: {CANARY}", (), "Task exception was never"),
        ("", (), ""),
    ],
)
def test_of_a_librarys_message_only_the_wording_is_kept(
    message: str, arguments: tuple[Any, ...], written: str
) -> None:
    event = event_of(lambda _: logging.getLogger("library").warning(message, *arguments))

    assert event["event"].startswith(written)
    assert CANARY not in json.dumps(event)


def test_chatty_libraries_are_heard_from_warnings_on() -> None:
    assert lines_of(lambda _: logging.getLogger("httpx").info("GET http://x/?q=%s", CANARY)) == []


def test_on_a_terminal_an_error_is_readable() -> None:
    def log_error(log: Any) -> None:  # noqa: ANN401 -- see above
        try:
            failing_with(ValueError(CANARY))
        except ValueError:
            log.exception("store_failed")

    lines = lines_of(log_error, human=True)

    assert "store_failed" in lines[0]
    assert lines[1] == "builtins.ValueError"
    assert lines[-1].strip().endswith("in failing_with")
    assert CANARY not in "\n".join(lines)


def test_the_standard_error_stream_is_the_default_and_no_terminal_means_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging()

    structlog.get_logger().info("seen", route="x")

    assert json.loads(capsys.readouterr().err)["event"] == "seen"


def test_a_second_configuration_replaces_the_first() -> None:
    first = io.StringIO()
    configure_logging(first, human=False)

    lines = lines_of(lambda _: logging.getLogger("library").warning("slow"))

    assert len(lines) == 1
    assert first.getvalue() == ""


def test_a_library_whose_server_is_away_says_each_thing_once_in_a_while() -> None:
    seconds = [0.0]
    seldom = Seldom("aiokafka", every_seconds=10, monotonic=lambda: seconds[0])

    def passes(name: str, wording: str) -> bool:
        return seldom.filter(logging.LogRecord(name, logging.ERROR, "", 0, wording, (), None))

    seen = [passes("aiokafka.conn", "no %s"), passes("aiokafka.client", "no %s")]
    seen += [passes("aiokafka.conn", "other"), passes("cse_chat.x", "no %s")]
    seconds[0] = 10
    seen.append(passes("aiokafka.conn", "no %s"))

    assert seen == [True, False, True, True, True]
