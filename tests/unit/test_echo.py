"""The echo agent under the contract suite of agents."""

from datetime import timedelta

import pytest

from cse_chat.adapters.echo import EchoAgent
from cse_chat.domain.ports.agent import Agent
from tests.contracts.agent import AgentContract


class TestEchoAgent(AgentContract):
    @pytest.fixture
    def agent(self) -> Agent:
        return EchoAgent(timedelta(milliseconds=1))
