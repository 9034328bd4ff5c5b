"""No value in the log tells what a person wrote, is a secret, or breaks a line."""

import json
from datetime import date
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.logged import CANARY, event_of, lines_of


@pytest.mark.parametrize(
    "key", ["question", "message", "user_message", "text", "answer", "Metadata", "detail", "url"]
)
def test_what_people_wrote_does_not_appear_under_any_telling_key(key: str) -> None:
    event = event_of(lambda log: log.info("asked", **{key: CANARY}))

    assert event[key] == "[redacted]"


@pytest.mark.parametrize("key", ["password", "redis_password", "token", "api-key", "Cookie"])
def test_secrets_do_not_appear_under_any_telling_key(key: str) -> None:
    event = event_of(lambda log: log.info("connected", given={"deep": [{key: [CANARY]}]}))

    assert event["given"] == {"deep": [{key: "[redacted]"}]}


def test_a_type_derived_from_a_number_is_that_number() -> None:
    """As those of numpy are: a log call may not raise into who logs."""

    class Price(float):
        pass

    class Count(int):
        pass

    fields: dict[str, Any] = {"price": Price(2.5), "counts": [Count(7)], "flag": True}
    event = event_of(lambda log: log.info("seen", **fields))

    assert (event["price"], event["counts"], event["flag"]) == (2.5, [7], True)


def test_numbers_under_a_telling_key_stay() -> None:
    event = event_of(lambda log: log.info("asked", token_count=3, text=None, message=1.5))

    assert (event["token_count"], event["text"], event["message"]) == (3, None, 1.5)


@pytest.mark.parametrize(
    "text",
    [
        f"redis://user:{CANARY}@host/0",
        f"Authorization: Bearer {CANARY}",
        f"basic {CANARY}",
        f"eyJ{CANARY}.eyJh.c2ln",
        f"api_key={CANARY}&x=1",
        f"GET /api?q={CANARY}",
    ],
)
def test_what_looks_like_a_secret_goes_from_any_text(text: str) -> None:
    event = event_of(lambda log: log.info("failed", reason=f"after {text}"))

    assert CANARY not in json.dumps(event)
    assert "[redacted]" in event["reason"]


@pytest.mark.parametrize("human", [False, True])
@pytest.mark.parametrize(
    "hostile", ["a\r\nb", "a\u2028b\u2029", "\x1b[2J", "\x85", "\u202e", "\ud800", "\x00"]
)
def test_no_value_can_break_a_line_or_command_a_terminal(hostile: str, *, human: bool) -> None:
    plain = len(lines_of(lambda log: log.info("seen", route="x"), human=human))

    lines = lines_of(lambda log: log.info("seen", route=hostile), human=human)

    assert len(lines) == plain == 1
    assert hostile not in lines[0]
    assert len(lines[0].splitlines()) == 1


@settings(max_examples=50)
@given(st.dictionaries(st.text(), st.text() | st.floats() | st.integers(), max_size=3))
def test_whatever_is_logged_is_one_line_of_json(fields: dict[str, Any]) -> None:
    (line,) = lines_of(lambda log: log.info("seen", _=0, fields=fields))

    assert line.isascii()
    assert json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_plain_values_are_written_as_text_and_others_as_their_type() -> None:
    """The repr of an unknown object may quote anything."""
    event = event_of(
        lambda log: log.info(
            "seen",
            id=UUID(int=0),
            day=date(2026, 7, 24),
            file=PurePosixPath("/a/b"),
            error=ValueError(CANARY),
            ratio=float("nan"),
            huge=10**5000,
        )
    )

    assert event["id"] == "00000000-0000-0000-0000-000000000000"
    assert (event["day"], event["file"]) == ("2026-07-24", "/a/b")
    assert (event["error"], event["ratio"], event["huge"]) == ("<ValueError>", "nan", "<int>")


def test_events_are_bounded() -> None:
    ring: list[Any] = []
    ring.append(ring)

    event = event_of(lambda log: log.info("seen", long="é" * 10**6, many=[1] * 10**6, ring=ring))

    assert len(json.dumps(event)) < 60_000
    assert event["long"].endswith("…")
