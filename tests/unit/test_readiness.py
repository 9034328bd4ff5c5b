from cse_chat.entrypoints.readiness import Readiness, Trouble

TROUBLE = Trouble(reason="connection-refused", remedy="Start it.", setting="A_SETTING")


def _readiness() -> Readiness:
    readiness = Readiness(lambda: {"agent": "echo"})
    readiness.started = True
    return readiness


def test_who_needs_nothing_names_no_servers() -> None:
    assert _readiness().details() == {"status": "ready", "agent": "echo"}


def test_a_server_that_is_down_makes_it_degraded_and_says_why() -> None:
    readiness = _readiness()
    readiness.needs("kafka", lambda: True)
    readiness.needs("redis", lambda: False, troubles=lambda: [TROUBLE])

    assert not readiness.ready
    assert readiness.details() == {
        "status": "degraded",
        "agent": "echo",
        "dependencies": {"kafka": "up", "redis": "down"},
        "problems": [
            {
                "dependency": "redis",
                "reason": "connection-refused",
                "remedy": "Start it.",
                "setting": "A_SETTING",
            }
        ],
    }


def test_counters_are_told_as_they_are_now() -> None:
    readiness = _readiness()
    dropped = {"foreign": 0}
    readiness.counts("replies_dropped", lambda: dict(dropped))
    dropped["foreign"] = 2

    assert readiness.details()["counters"] == {"replies_dropped": {"foreign": 2}}


def test_what_only_weakens_a_promise_is_told_and_takes_questions() -> None:
    readiness = _readiness()
    readiness.needs("redis", lambda: True, troubles=lambda: [TROUBLE])

    assert readiness.ready
    assert readiness.details()["status"] == "ready"
    assert readiness.details()["problems"]


def test_who_drains_says_so_whatever_else_there_is() -> None:
    readiness = _readiness()
    readiness.needs("redis", lambda: False)
    readiness.draining = True

    assert readiness.details()["status"] == "draining"


def test_who_does_not_read_is_not_ready() -> None:
    readiness = _readiness()
    readiness.reading = False

    assert (readiness.ready, readiness.details()["status"]) == (False, "not reading")


def test_who_has_not_started_is_not_ready_and_not_degraded() -> None:
    readiness = Readiness(dict)
    readiness.needs("redis", lambda: False)

    assert (readiness.ready, readiness.details()["status"]) == (False, "starting")
