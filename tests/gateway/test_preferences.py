from datetime import timedelta

import pytest

from cse_chat.entrypoints.http.preferences import Preferences

LONGEST = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("headers", "respond_async", "wait"),
    [
        ([], False, None),
        (["respond-async"], True, None),
        (["RESPOND-ASYNC"], True, None),
        (['respond-async=""'], True, None),
        (["respond-async=yes"], False, None),
        (["wait=10"], False, 10),
        (["wait = 10"], False, 10),
        (['wait="10"'], False, 10),
        ([r'wait="1\0"'], False, 10),
        (["respond-async, wait=10"], True, 10),
        (["wait=10;foo=bar,respond-async; x"], True, 10),
        (["wait=10", "respond-async"], True, 10),
        (["wait=10, wait=5"], False, 10),
        (["wait=10", "wait=5"], False, 10),
        (['foo="a, wait=5", wait=10'], False, 10),
        (["return=minimal, handling=lenient"], False, None),
        (["wait"], False, None),
        (["wait=-1"], False, None),
        (["wait=1.5"], False, None),
        (["wait=soon"], False, None),
        (["wait=\u0661"], False, None),
        (["wait=99999999999999999999"], False, None),
        ([",,, ;=, wait=5"], False, 5),
        (['"', 'foo="unclosed, wait=5', "wait=7"], False, 7),  # malformed to its end
        (["x" * 60_000 + '"' * 5_001], False, None),
        # Read in one pass: scanned anew from each quote, one such header took half a minute.
        (['a="' * 20_000, "wait=3"], False, 3),
        (['"\\' * 30_000, "wait=3"], False, 3),
    ],
)
def test_preferences_are_read_as_the_rfc_says(
    headers: list[str],
    respond_async: bool,
    wait: int | None,
) -> None:
    """What is not understood is ignored, the first of several counts, names have no case."""
    expected = None if wait is None else timedelta(seconds=wait)

    assert Preferences.of(headers) == Preferences(respond_async=respond_async, wait=expected)


@pytest.mark.parametrize(
    ("header", "seconds", "applied"),
    [
        ("", 30, ""),
        ("wait=10", 10, "wait=10"),
        ("wait=60", 30, ""),
        ("respond-async", 0, "respond-async"),
        ("respond-async, wait=10", 10, "respond-async, wait=10"),
        ("respond-async, wait=60", 30, "respond-async"),
    ],
)
def test_a_wait_is_lowered_and_never_raised(header: str, seconds: int, applied: str) -> None:
    preferences = Preferences.of([header])

    assert preferences.patience(LONGEST) == timedelta(seconds=seconds)
    assert preferences.applied(LONGEST) == applied
