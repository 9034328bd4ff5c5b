"""The ledger in memory and what it shares a store with, under their contract suites; its bounds."""

from datetime import timedelta

from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.outcomes import Durability
from tests.builders import a_request, an_outcome
from tests.contracts.applied import AppliedMarksContract
from tests.contracts.claims import ClaimsContract
from tests.contracts.early_answers import EarlyAnswersContract
from tests.contracts.ledger import LedgerContract
from tests.contracts.lineup import LineupContract
from tests.contracts.offers import OffersContract
from tests.contracts.offers_refused import OffersRefusedContract
from tests.memory import DAY, Memory
from tests.unit.memory.ports import InMemoryPorts


class TestInMemoryLedger(InMemoryPorts, LedgerContract):
    async def test_a_settled_request_is_forgotten_after_its_time(self, memory: Memory) -> None:
        request = a_request()
        await memory.ledger.settle(an_outcome(request))

        memory.clock.advance(DAY)

        assert await memory.ledger.find([request.correlation_id]) == {}

    async def test_marking_does_not_prolong_its_life_for_ever(self, memory: Memory) -> None:
        request = a_request()
        await memory.ledger.settle(an_outcome(request))
        memory.clock.advance(DAY - timedelta(seconds=1))

        assert request.correlation_id in await memory.ledger.find([request.correlation_id])

    async def test_open_requests_are_never_forgotten_for_newer_ones(self) -> None:
        """And those go by what their answers take."""
        memory = Memory(ledger_cap=13_000)  # each weighs 4,000 and a little
        request = a_request()
        await memory.ledger.register(request, Durability.MEMORY)
        settled = [a_request() for _ in range(20)]

        for other in settled:
            await memory.ledger.settle(an_outcome(other, text="x" * 500))

        assert request.correlation_id in await memory.ledger.find([request.correlation_id])
        assert len(memory.ledger) == 1
        kept = await memory.ledger.find([other.correlation_id for other in settled])
        assert list(kept) == [other.correlation_id for other in settled[-3:]]

    async def test_nothing_of_a_forgotten_claim_can_be_used(self, memory: Memory) -> None:
        request = a_request()
        claim = await memory.ledger.claim(request, Durability.MEMORY)
        assert isinstance(claim, Claim)
        await memory.ledger.settle(an_outcome(request))
        memory.clock.advance(DAY)

        assert await memory.ledger.renew([claim]) == [claim]
        await memory.ledger.release(claim, spent=True)
        assert await memory.ledger.find([request.correlation_id]) == {}


class TestInMemoryLineup(InMemoryPorts, LineupContract):
    pass


class TestInMemoryClaims(InMemoryPorts, ClaimsContract):
    pass


class TestInMemoryEarlyAnswers(InMemoryPorts, EarlyAnswersContract):
    pass


class TestInMemoryOffers(InMemoryPorts, OffersContract):
    pass


class TestInMemoryOffersRefused(InMemoryPorts, OffersRefusedContract):
    pass


class TestInMemoryAppliedMarks(InMemoryPorts, AppliedMarksContract):
    pass
