"""Making topics while nobody makes any."""

from types import SimpleNamespace
from typing import Any

from cse_chat.adapters.kafka.topics import controller_known


class Client:
    """The library's, as far as it is asked: it learns of a controller at its third look."""

    def __init__(self, *looks: str | None) -> None:
        self._looks = list(looks)
        self.cluster = SimpleNamespace(controller=None)

    async def force_metadata_update(self) -> bool:
        self.cluster.controller = self._looks.pop(0)
        return True


async def test_a_controller_is_waited_for() -> None:
    client: Any = Client(None, None, "server")

    await controller_known(client)

    assert client.cluster.controller == "server"
