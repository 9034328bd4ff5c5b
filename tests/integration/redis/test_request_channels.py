"""A request's own channel, where agents of the original design reply: who is believed, and when."""

from dataclasses import replace
from datetime import timedelta

from brokers.redis import RedisServer
from cse_chat.adapters.redis import names
from cse_chat.adapters.wire.responses import encode_outcome
from cse_chat.domain.errors import ChatError, IdConflictError, TransportError
from cse_chat.domain.model.claims import Settlement
from cse_chat.domain.model.outcomes import Durability, Outcome
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.use_cases.record_history import RecordHistory
from tests.builders import a_request, a_thread_id, an_outcome
from tests.contracts.replies import SOON
from tests.integration.redis.gateways import Gateway
from tests.integration.redis.stores import Stores, comes
from tests.waiting import until


class Settlements:
    """Settles what it is told, after as many errors as it is given."""

    def __init__(self, *errors: ChatError) -> None:
        self.errors = list(errors)
        self.settled: list[Outcome] = []

    async def __call__(self, outcome: Outcome, *, request: ChatRequest | None) -> Settlement:
        if self.errors:
            raise self.errors.pop(0)
        self.settled.append(outcome)
        return Settlement(outcome=outcome, done=frozenset())


async def test_on_its_own_channel_a_request_is_told_only_what_has_its_id_and_thread(
    database: str,
) -> None:
    settlements = Settlements()
    request = a_request()
    real = an_outcome(request)

    async with (
        Gateway(database, settle=settlements) as gateway,
        gateway.bus.listen(request.correlation_id, request=request) as next_reply,
    ):
        for message in (
            b"rubbish",
            encode_outcome(replace(real, thread_id=a_thread_id())),
            encode_outcome(an_outcome(a_request())),
            encode_outcome(real),
        ):
            await gateway.raw.publish(names.response(request.correlation_id), message)
        heard = await next_reply(SOON)

    assert heard is not None
    assert heard.user_id == request.user_id
    assert [outcome.correlation_id for outcome in settlements.settled] == [request.correlation_id]
    assert gateway.bus.dropped == {"malformed": 1, "foreign": 2}


async def test_a_reply_that_cannot_be_settled_now_is_settled_later(database: str) -> None:
    settlements = Settlements(TransportError("away"), TransportError("away"))
    request = a_request()

    async with (
        Gateway(database, settle=settlements) as gateway,
        gateway.bus.listen(request.correlation_id, request=request) as next_reply,
    ):
        own = names.response(request.correlation_id)
        await gateway.raw.publish(own, encode_outcome(an_outcome(request)))
        assert await next_reply(SOON)

    assert len(settlements.settled) == 1


async def test_a_reply_that_may_not_be_settled_is_dropped(database: str) -> None:
    request = a_request()

    async with (
        Gateway(database, settle=Settlements(IdConflictError("taken"))) as gateway,
        gateway.bus.listen(request.correlation_id, request=request) as next_reply,
    ):
        own = names.response(request.correlation_id)
        await gateway.raw.publish(own, encode_outcome(an_outcome(request)))
        await until(lambda: gateway.bus.dropped["foreign"] == 1)
        assert await next_reply(timedelta(0)) is None


async def test_an_agent_of_the_original_design_is_heard_on_the_requests_own_channel(
    own_server: RedisServer,
) -> None:
    """It knows no ledger: what it says is settled before it is told, with the user's turn."""
    request = a_request()
    outcome = an_outcome(request)
    async with Stores(own_server.url) as stores:
        settle = RecordHistory(ledger=stores.ledger)
        async with Gateway(own_server.url, settle=settle) as gateway:
            channel = names.response(request.correlation_id)
            async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
                assert await gateway.raw.publish(channel, encode_outcome(outcome)) == 1
                heard = await next_reply(SOON)
            await _nobody_hears(gateway, channel)
        found = await stores.ledger.find([request.correlation_id])
        page = await stores.history.page(request.thread_id, after=None, limit=9)

    assert heard is not None
    assert heard.answer == outcome.answer
    assert [turn.role for turn in page.turns] == ["user", "agent"]
    settlement = found[request.correlation_id].settlement
    assert settlement is not None
    assert settlement.outcome.answer == outcome.answer


async def _nobody_hears(gateway: Gateway, channel: str) -> None:
    async def is_silent() -> bool:
        return channel not in await gateway.raw.pubsub_channels()

    await comes(is_silent)


async def test_a_channel_of_a_waiting_request_is_subscribed_to_again_after_a_death(
    own_server: RedisServer,
) -> None:
    request = a_request()
    async with Stores(own_server.url) as stores:
        settle = RecordHistory(ledger=stores.ledger)
        async with Gateway(own_server.url, settle=settle) as gateway:
            channel = names.response(request.correlation_id)
            async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
                await gateway.kill_subscriptions()
                await until(lambda: gateway.bus.gaps == 1)
                assert await gateway.raw.publish(channel, encode_outcome(an_outcome(request))) == 1

                assert await next_reply(SOON) is not None


async def test_a_registered_request_in_which_two_wait_is_settled_once(
    own_server: RedisServer,
) -> None:
    """With channels of requests, an outcome of our own workers comes twice and counts once."""
    request = a_request()
    async with Stores(own_server.url) as stores:
        await stores.ledger.register(request, Durability.KAFKA)
        settle = RecordHistory(ledger=stores.ledger)
        async with (
            Gateway(own_server.url, settle=settle) as gateway,
            gateway.bus.listen(request.correlation_id, request=request) as one,
            gateway.bus.listen(request.correlation_id, request=request) as two,
        ):
            await stores.ledger.settle(an_outcome(request))
            heard = [await one(SOON), await two(SOON)]
        page = await stores.history.page(request.thread_id, after=None, limit=9)

    assert [outcome and outcome.answer for outcome in heard] == [an_outcome(request).answer] * 2
    assert len(page.turns) == 2


async def test_a_request_that_is_left_and_listened_for_again_at_once_is_heard(
    own_server: RedisServer,
) -> None:
    """In the same turn of the loop: the server may be told nothing of the first leaving."""
    request = a_request()
    async with Stores(own_server.url) as stores:
        settle = RecordHistory(ledger=stores.ledger)
        async with Gateway(own_server.url, settle=settle) as gateway:
            async with gateway.bus.listen(request.correlation_id, request=request):
                pass
            async with gateway.bus.listen(request.correlation_id, request=request) as next_reply:
                channel = names.response(request.correlation_id)
                assert await gateway.raw.publish(channel, encode_outcome(an_outcome(request))) == 1

                assert await next_reply(SOON) is not None
