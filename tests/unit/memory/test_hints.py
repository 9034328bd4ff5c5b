import pytest

from cse_chat.adapters.hints import HeardHints
from cse_chat.adapters.memory.hints import InMemoryHints
from cse_chat.domain.ports.requests import Hints
from tests.builders import a_request
from tests.contracts.hints import HintsContract, Settled


class TestInMemoryHints(HintsContract):
    @pytest.fixture
    def both(self) -> InMemoryHints:
        return InMemoryHints()

    @pytest.fixture
    def hints(self, both: InMemoryHints) -> Hints:
        return both

    @pytest.fixture
    def heard(self, both: InMemoryHints) -> HeardHints:
        return both

    @pytest.fixture
    def is_heard(self) -> Settled:
        async def at_once() -> None: ...

        return at_once


def test_where_nobody_listens_nobody_hears_it() -> None:
    assert not InMemoryHints().give(a_request())
