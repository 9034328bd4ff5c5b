"""What `cse-chat health` and `doctor` make of what a service says of itself."""

from typing import Any

import pytest

from cse_chat.entrypoints.cli.health import Reading

TROUBLE = {
    "dependency": "redis",
    "reason": "access-denied",
    "remedy": "Correct the user.",
    "setting": "CSE_CHAT__REDIS__URL",
}


def _in_words(**details: Any) -> str:  # noqa: ANN401 -- a document
    return Reading(status=503, details={"status": "degraded", **details}).in_words()


def test_what_is_wrong_with_a_server_is_told_with_the_setting_to_change() -> None:
    told = _in_words(agent="echo", problems=[TROUBLE])

    assert told == (
        "degraded (agent echo); redis: access-denied. Correct the user. (CSE_CHAT__REDIS__URL)"
    )


@pytest.mark.parametrize("problems", [None, [], "none", ["none"], {}])
def test_a_service_that_says_nothing_of_that_kind_is_told_by_its_state(problems: object) -> None:
    assert _in_words(problems=problems) == "degraded"


def test_what_another_says_cannot_take_over_the_terminal() -> None:
    told = _in_words(problems=[TROUBLE | {"remedy": "\x1b[2Jgone"}])

    assert "\x1b" not in told
