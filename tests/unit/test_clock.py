from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

from cse_chat.domain.model.ids import is_correlation_id, is_thread_id
from cse_chat.entrypoints import clock


def test_it_tells_the_time_of_day_in_utc() -> None:
    now = clock.SteadyClock()()

    assert abs(now - datetime.now(UTC)) < timedelta(seconds=1)
    assert now.tzinfo is UTC


def test_a_step_of_the_hosts_clock_does_not_move_it() -> None:
    wall, seconds = [1_000_000_000.0], [50.0]
    steady = clock.SteadyClock(wall=lambda: wall[0], steady=lambda: seconds[0])
    before = steady()

    wall[0] = 0.0
    seconds[0] += 2

    assert steady() - before == timedelta(seconds=2)


def test_made_ids_are_valid_and_differ() -> None:
    threads = {clock.new_thread_id() for _ in range(100)}
    requests = {clock.new_correlation_id() for _ in range(100)}
    tokens = {clock.new_claim_token() for _ in range(100)}

    assert len(threads) == len(requests) == len(tokens) == 100
    assert all(is_thread_id(thread) and len(thread) == len("thread_") + 26 for thread in threads)
    assert all(is_correlation_id(request) for request in requests)


def test_a_made_uuid_says_that_it_is_random() -> None:
    made = [UUID(clock.new_uuid()) for _ in range(200)]

    assert {uuid.version for uuid in made} == {4}
    assert {uuid.variant for uuid in made} == {RFC_4122}
    assert {str(uuid)[19] for uuid in made} == set("89ab")
