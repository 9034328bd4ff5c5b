"""What every `Offers` must do: an answer counts once its request is accepted, and not before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import EarlyAnswer, Settlement
from cse_chat.domain.model.deliveries import Hint
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.outcomes import Durability, Outcome, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.offers import Offers
from cse_chat.domain.ports.replies import ReplyBus
from cse_chat.domain.ports.threads import History, Threads
from tests.builders import a_request, an_outcome
from tests.contracts.recorded import told

KAFKA = Durability.KAFKA
PARTITION = 7
SOON = timedelta(seconds=5)
First = Literal["offer", "accept"]


def hint_at(request: ChatRequest, *, partition: int | None = None) -> Hint:
    return Hint(request=request, partition=partition, durability=KAFKA)


def early_answer(request: ChatRequest, text: str = "JKH rose") -> EarlyAnswer:
    outcome = replace(
        an_outcome(request, text=text),
        durability=KAFKA,
        settled_at=request.asked_at + timedelta(microseconds=1_234_567),
        processing_time=timedelta(microseconds=321),
    )
    said = (Utterance(number=1, said=Delta(text), chunk_index=0),)
    return EarlyAnswer(outcome=outcome, said=said)


class Meeting:
    """Which of the two comes first, and when what they began is done."""

    @pytest.fixture(params=["offer", "accept"])
    def first(self, request: pytest.FixtureRequest) -> First:
        which: First = request.param
        return which

    @pytest.fixture
    def is_written(self) -> Callable[[], Awaitable[None]]:
        """Return once what was begun before is done; in memory it is."""

        async def at_once() -> None:
            await asyncio.sleep(0)

        return at_once


class OffersContract(Meeting):
    """Subclass and give every port of one server; ``first`` says which of the two comes first."""

    async def test_both_together_settle_it_as_an_early_answer_does(
        self,
        *,
        offers: Offers,
        ledger: Ledger,
        history: History,
        events: EventLog,
        replies: ReplyBus,
        first: First,
    ) -> None:
        request = a_request()
        early = early_answer(request)

        async with replies.listen(request.correlation_id) as next_reply:
            meet(offers, hint_at(request), early, first)
            heard = await next_reply(SOON)

        assert heard is not None
        assert is_of(heard, early)
        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert entry.settlement is not None
        assert is_of(entry.settlement.outcome, early)
        assert entry.durability is KAFKA
        turns = (await history.page(request.thread_id, after=None, limit=10)).turns
        assert [turn.content for turn in turns] == [request.question.text, "JKH rose"]
        assert [event["type"] for event in await told(events, request.thread_id)] == [
            "accepted",
            "started",
            "delta",
            "answered",
        ]

    @pytest.mark.parametrize("alone", ["offer", "accept"])
    async def test_one_of_them_alone_leaves_nothing_that_anybody_can_read(
        self,
        *,
        offers: Offers,
        ledger: Ledger,
        threads: Threads,
        history: History,
        conversations: Conversations,
        is_written: Callable[[], Awaitable[None]],
        alone: First,
    ) -> None:
        request = a_request()
        hint = hint_at(request)

        for _ in range(2):  # once more changes nothing
            if alone == "offer":
                offers.offer(hint, early_answer(request))
            else:
                offers.accept(hint)
        await is_written()

        assert await ledger.find([request.correlation_id]) == {}
        assert await threads.owner(request.thread_id) is None
        assert (await history.page(request.thread_id, after=None, limit=10)).turns == ()
        page = await conversations.newest(request.user_id, after=None, limit=100)
        assert request.thread_id not in [each.thread_id for each in page.conversations]

    async def test_of_two_offers_the_later_counts(
        self, offers: Offers, ledger: Ledger, is_written: Callable[[], Awaitable[None]]
    ) -> None:
        """Whoever asked the agent again did not know of the first."""
        request = a_request()
        hint = hint_at(request)

        offers.offer(hint, early_answer(request, "JKH fell"))
        offers.offer(hint, early_answer(request, "JKH rose"))
        offers.accept(hint)
        await is_written()

        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert entry.settlement is not None
        assert entry.settlement.outcome.answer is not None
        assert entry.settlement.outcome.answer.text == "JKH rose"

    async def test_a_request_that_was_registered_meanwhile_is_settled(
        self,
        *,
        offers: Offers,
        ledger: Ledger,
        history: History,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        request = a_request()
        await ledger.register(request, KAFKA)

        meet(offers, hint_at(request), early_answer(request), first)
        await is_written()

        entry = (await ledger.find([request.correlation_id]))[request.correlation_id]
        assert entry.status is Status.ANSWERED
        assert len((await history.page(request.thread_id, after=None, limit=10)).turns) == 2

    async def test_an_offer_changes_nothing_about_what_is_claimed_with_the_same_answer(
        self,
        offers: Offers,
        claims: Claims,
        is_written: Callable[[], Awaitable[None]],
        first: First,
    ) -> None:
        """It is delivered, and whoever is delivered it has the answer, too."""
        request = a_request()
        early = early_answer(request)
        meet(offers, hint_at(request), early, first)
        await is_written()

        verdict = await claims.claim(request, KAFKA, early=early)

        assert isinstance(verdict, Settlement)
        assert verdict.outcome is early.outcome
        later = early.outcome.settled_at + timedelta(microseconds=1)
        other = replace(early, outcome=replace(early.outcome, settled_at=later))
        found = await claims.claim(request, KAFKA, early=other)
        assert isinstance(found, Settlement)
        assert found.outcome.settled_at == early.outcome.settled_at


def is_of(outcome: Outcome, early: EarlyAnswer) -> bool:
    """Say whether *outcome* is that of *early*, as it is read back: that says less."""
    ours = early.outcome
    assert ours.answer is not None
    assert outcome.answer is not None
    return (outcome.settled_at, outcome.answer.text) == (ours.settled_at, ours.answer.text)


def meet(offers: Offers, hint: Hint, early: EarlyAnswer, first: First) -> None:
    if first == "offer":
        offers.offer(hint, early)
    offers.accept(hint)
    if first == "accept":
        offers.offer(hint, early)
