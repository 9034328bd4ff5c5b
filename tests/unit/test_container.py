from pathlib import Path

import pytest
from dependency_injector import providers

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.echo import EchoAgent
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.lifetimes import opened
from cse_chat.entrypoints.sections.processes import AgentSettings
from tests.settings import in_memory


async def test_every_provider_builds_what_it_promises() -> None:
    """A keyword that is misspelt or missing shows only here: mypy does not see it."""
    container = Container(settings=in_memory())
    built = {name: provider() for name, provider in container.providers.items()}

    assert all(value is not None for value in built.values())


async def test_the_agent_is_chosen_by_its_setting() -> None:
    container = Container(settings=in_memory(agent=AgentSettings(name="echo")))

    assert isinstance(container.chosen_agent(), EchoAgent)


async def test_an_agent_of_ours_gets_its_part_of_the_settings(tmp_path: Path) -> None:
    """A folder whose name is that of a file: opening the agent says so."""
    (tmp_path / "file").touch()
    container = Container(settings=in_memory(data_dir=tmp_path / "file"))

    with pytest.raises(MarketDataError, match=r"file: "):
        async with opened([container.agent()]):
            pass


async def test_two_containers_share_nothing() -> None:
    one, two = (Container(settings=in_memory()) for _ in range(2))

    assert one.ledger() is one.ledger()
    assert one.ledger() is not two.ledger()


async def test_a_provider_can_be_overridden_for_one_container() -> None:
    container = Container(settings=in_memory())
    agent = EchoAgent()

    container.chosen_agent.override(providers.Object(agent))

    assert container.chosen_agent() is agent
