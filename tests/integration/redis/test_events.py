"""What the scripts do to a thread's events beside recording them."""

import random
from datetime import UTC, datetime, timedelta

from brokers.redis import RedisServer
from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Cursor
from cse_chat.domain.model.outcomes import Durability
from tests.builders import a_question, a_request, a_thread_id
from tests.contracts.recorded import busy_thread, told, utterances
from tests.integration.redis.stores import DAY, Stores, answers, comes, event_log

KAFKA = Durability.KAFKA


async def test_events_older_than_the_history_go_with_the_next_one(stores: Stores) -> None:
    thread = await busy_thread(stores.ledger, 3)
    meta = names.meta(thread)
    assert await stores.raw.hget(meta, "aged_offset") == "1"
    long_ago = int((datetime.now(UTC) - DAY - timedelta(minutes=1)).timestamp() * 1000)
    await stores.raw.hset(meta, mapping={"aged_at": long_ago, "aged_offset": 2})

    await stores.ledger.register(a_request(a_question(thread_id=thread)), KAFKA)

    async with event_log(stores) as events:
        kept = await events.since(thread, None, limit=9)
    assert [event.cursor.offset for event in kept.events] == [3, 4]
    assert await stores.raw.hget(meta, "aged_offset") == "4"


async def test_there_are_only_so_many_events(stores: Stores) -> None:
    claim = await stores.ledger.claim(a_request(), KAFKA)
    assert isinstance(claim, Claim)
    said = utterances(*[Delta("x")] * 10_500)
    for start in range(0, len(said), 500):
        await stores.ledger.record(claim, said[start : start + 500])

    kept = await stores.raw.xlen(names.events(claim.thread_id))
    async with event_log(stores) as events:
        newest = (await events.since(claim.thread_id, None, limit=1)).newest
        late = await events.since(claim.thread_id, Cursor(newest.epoch, 1), limit=1)

    assert 10_000 <= kept <= 10_200  # whole nodes go
    assert newest.offset == 10_502
    assert late.gap is not None


async def test_another_run_of_the_server_begins_another_epoch(stores: Stores) -> None:
    """It may have lost its last second: what is kept is not to be trusted."""
    thread = await busy_thread(stores.ledger, 2)
    async with event_log(stores) as events:
        known = (await events.since(thread, None, limit=9)).cursor
        await stores.raw.hset(names.meta(thread), "run_id", "another")

        between = await events.since(thread, known, limit=9)
        await stores.ledger.register(a_request(a_question(thread_id=thread)), KAFKA)
        after = await events.since(thread, known, limit=9)
        on = await events.since(thread, between.cursor, limit=9)

    assert between.gap is not None
    assert (between.events, between.gap.oldest) == ((), None)
    assert after.gap is not None
    assert (on.gap, on.events) == (None, after.events)
    [event] = after.events
    assert event.cursor == Cursor(after.cursor.epoch, 1)
    assert after.cursor.epoch != known.epoch


async def test_who_came_before_the_first_event_is_told_what_an_earlier_run_may_have_lost(
    own_server: RedisServer, own_stores: Stores
) -> None:
    """Whoever is told that there is nothing yet may be away while there is, and is lost."""
    thread = a_thread_id()
    async with event_log(own_stores) as events:
        nothing = (await events.since(thread, None, limit=9)).cursor
        missed = a_request(a_question(thread_id=thread))
        await own_stores.ledger.register(missed, KAFKA)
        own_server.stop()
        own_server.start()
        await comes(lambda: answers(own_stores))
        await own_stores.ledger.register(a_request(a_question(thread_id=thread)), KAFKA)

        stretch = await events.since(thread, nothing, limit=9)

    assert stretch.gap is not None
    assert stretch.gap.requested == nothing


async def test_what_is_said_first_in_a_new_epoch_opens_it(stores: Stores) -> None:
    claim = await stores.ledger.claim(a_request(), KAFKA)
    assert isinstance(claim, Claim)
    await stores.raw.hset(names.meta(claim.thread_id), "run_id", "another")

    await stores.ledger.record(claim, utterances(Delta("on")))

    async with event_log(stores) as events:
        [delta] = await told(events, claim.thread_id)
    assert (delta["response"], Cursor.parse(delta["cursor"]).offset) == ("on", 1)


async def test_a_time_is_told_as_python_tells_it(stores: Stores) -> None:
    chance = random.Random(7)  # noqa: S311 - nothing secret
    text = script("clock").text + "\nreturn iso_time(ARGV[2])"
    leap = int(datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC).timestamp() * 1000)
    for ms in (0, 999, leap, *(chance.randrange(4_102_444_800_000) for _ in range(300))):
        found = await stores.raw.eval(text, 0, "run", ms)

        at = datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)
        assert found == at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
