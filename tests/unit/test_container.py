from collections.abc import Callable
from pathlib import Path

import pytest
from dependency_injector import providers

from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.echo import EchoAgent
from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.lifetimes import opened
from cse_chat.entrypoints.processes import Process, embedded, gateway, worker
from cse_chat.entrypoints.sections.processes import AgentSettings
from cse_chat.entrypoints.settings import Settings
from tests.memory import ScriptedAgent
from tests.settings import in_memory


async def test_every_provider_builds_what_it_promises() -> None:
    """A keyword that is misspelt or missing shows only here: mypy does not see it."""
    container = Container(settings=in_memory())
    built = {name: provider() for name, provider in container.providers.items()}

    assert all(value is not None for value in built.values())


MIXES = [(requests, replies) for requests in ("memory", "kafka") for replies in ("memory", "redis")]


@pytest.mark.parametrize(("requests", "replies"), MIXES)
@pytest.mark.parametrize("role", [embedded, gateway, worker])
async def test_every_provider_builds_in_every_role_over_every_mix_without_a_server(
    role: Callable[[Container], Process], requests: str, replies: str
) -> None:
    """Nothing is opened: at the address of the servers nothing listens."""
    env = {
        "REQUESTS__TRANSPORT": requests,
        "REPLIES__TRANSPORT": replies,
        "KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "REDIS__URL": "redis://127.0.0.1:1/0",
    }
    settings = Settings.from_env({f"CSE_CHAT__{name}": value for name, value in env.items()})
    container = Container(settings=settings)

    process = role(container)
    built = {name: provider() for name, provider in container.providers.items()}

    assert all(value is not None for value in built.values())
    chosen = {"memory": "InMemory", "kafka": "Kafka", "redis": "Redis"}
    for port, transport in (
        ("requests", requests),
        ("dead_letters", requests),
        ("responses", requests),
        ("ledger", replies),
        ("replies", replies),
        ("threads", replies),
        ("history", replies),
    ):
        assert type(built[port]).__name__.startswith(chosen[transport])
    named = {"redis": replies == "redis", "kafka": requests == "kafka"}
    needed = process.readiness.details().get("dependencies", {})
    assert {name: name in str(needed) for name in named} == named


async def test_the_agent_is_chosen_by_its_setting() -> None:
    container = Container(settings=in_memory(agent=AgentSettings(name="echo")))

    assert isinstance(container.chosen_agent(), EchoAgent)


@pytest.mark.parametrize(("delay", "is_early"), [(0, True), (2, False)])
async def test_an_agent_is_asked_early_only_if_it_says_so(delay: float, *, is_early: bool) -> None:
    """An echo that takes its time has to be seen to run."""
    agent = AgentSettings(name="echo", echo_seconds=delay)
    container = Container(settings=in_memory(agent=agent))

    assert container.process_request().answer_early.is_allowed is is_early


async def test_an_agent_that_says_nothing_of_it_is_not_asked_early() -> None:
    container = Container(settings=in_memory())
    container.chosen_agent.override(providers.Object(ScriptedAgent()))

    assert not container.process_request().answer_early.is_allowed


async def test_an_agent_of_ours_gets_its_part_of_the_settings(tmp_path: Path) -> None:
    """A folder whose name is that of a file: opening the agent says so."""
    (tmp_path / "file").touch()
    container = Container(settings=in_memory(data_dir=tmp_path / "file"))

    with pytest.raises(MarketDataError, match=r"file: "):
        async with opened([container.agent()]):
            pass


async def test_a_worker_reads_at_the_pace_that_its_early_answers_allow() -> None:
    env = {"CSE_CHAT__REQUESTS__TRANSPORT": "kafka", "CSE_CHAT__REPLIES__TRANSPORT": "redis"}
    container = Container(settings=Settings.from_env(env))

    pace = container.pace()

    assert container.ahead()._pace is pace
    assert container.kafka_source()._consumer._pause == pace.pause


async def test_two_containers_share_nothing() -> None:
    one, two = (Container(settings=in_memory()) for _ in range(2))

    assert one.ledger() is one.ledger()
    assert one.ledger() is not two.ledger()


async def test_a_provider_can_be_overridden_for_one_container() -> None:
    container = Container(settings=in_memory())
    agent = EchoAgent()

    container.chosen_agent.override(providers.Object(agent))

    assert container.chosen_agent() is agent
