"""Apache Kafka without a container: one KRaft node out of its Maven artefacts, on Java."""

import base64
import os
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from typing_extensions import override

from brokers.artefacts import LIBRARIES, fetch_libraries, java
from brokers.errors import BrokerError
from brokers.ports import free_port
from brokers.processes import Server

_HERE: Final = Path(__file__).parent
_FORMATTED: Final = LIBRARIES / "formatted"  # with the libraries it goes when Kafka's version does
_QUICK: Final = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LASTING: Final = ("-Xms1g", "-Xmx1g", "-XX:+UseG1GC")  # as Kafka's own start script has it
_API_VERSIONS: Final = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # a request without a client id


class KafkaServer(Server):
    """One node that is broker and controller; its topics have one replica, and none makes itself.

    What it acknowledged outlives its process, but not the machine's power: it does not wait for
    the disk.

    Attributes:
        advertised_port: Where clients are sent to; that of a proxy in front of it, say.
    """

    name = "Kafka"

    def __init__(
        self, folder: Path, *, port: int = 0, advertised_port: int = 0, lasting: bool = False
    ) -> None:
        """Store the arguments; see `Server`.

        Args:
            folder: See `Server`.
            port: See `Server`.
            advertised_port: 0 takes *port*.
            lasting: Whether Java may take its time to compile well, as for a server that stays;
                else it starts fast, and is slower from then on.
        """
        super().__init__(folder, port=port)
        self.advertised_port = advertised_port or self.port
        self._controller_port = free_port()
        self._java = _LASTING if lasting else _QUICK

    @property
    def address(self) -> str:
        """What a client is told."""
        return f"127.0.0.1:{self.advertised_port}"

    @override
    def prepare(self) -> None:
        fetch_libraries()
        text = (_HERE / "broker.properties").read_text("utf-8")
        for name, value in (
            ("CONTROLLER_PORT", self._controller_port),
            ("ADVERTISED_PORT", self.advertised_port),
            ("PORT", self.port),
            ("FOLDER", str(self.folder).replace("\\", "\\\\")),
        ):
            text = text.replace(f"@{name}@", str(value))
        (self.folder / "broker.properties").write_text(text, "utf-8")
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()

    @override
    def command(self) -> Sequence[str | Path]:
        return [
            *_java(self._java),
            f"-Dlog4j2.configurationFile={_HERE / 'log4j2.yaml'}",
            "kafka.Kafka",
            "broker.properties",
        ]

    @override
    def answers(self) -> bool:
        """Ask which requests it knows, once it has said that it started.

        It answers that question a moment before it takes part in the cluster; a topic cannot be
        made until it does.
        """
        if "Kafka Server started" not in self.said():
            return False
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.sendall(_API_VERSIONS)
                return bool(client.recv(4))
        except OSError:
            return False

    def _format(self) -> None:
        """Make the data of a new cluster; a copy of the first one that this checkout made.

        Making them takes Java as long as a third of a start. They all have the same cluster id.
        """
        data = self.folder / "data"
        if _FORMATTED.exists():
            shutil.copytree(_FORMATTED, data)
            return
        cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        tool = ("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}")
        ended = subprocess.run(  # noqa: S603 -- a command of ours
            [*_java(_QUICK), *tool, "--config", "broker.properties"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise BrokerError(f"Kafka cannot use {self.folder}:\n{ended.stdout}{ended.stderr}")
        part = Path(tempfile.mkdtemp(dir=LIBRARIES))
        shutil.copytree(data, part, dirs_exist_ok=True)
        with suppress(OSError):  # another process was faster
            part.rename(_FORMATTED)
        shutil.rmtree(part, ignore_errors=True)


def _java(options: Sequence[str]) -> list[str | Path]:
    return [java(), *options, "-cp", f"{LIBRARIES}/*"]
