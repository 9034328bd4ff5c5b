"""``make brokers``: a Kafka and a Redis to try gateways and workers with, until Ctrl+C."""

import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

import click

from brokers.artefacts import LIBRARIES
from brokers.errors import BrokerError
from brokers.kafka import KafkaServer
from brokers.redis import RedisServer

# Not the usual ones: whoever has servers of their own keeps them.
_KAFKA_PORT: Final = 29_092
_REDIS_PORT: Final = 26_379
_TEXT: Final = """\
Kafka and Redis answer, to this machine alone. Their data and logs are in {folder}; to begin
anew, delete it. Ctrl+C stops both. In every other terminal:

  export CSE_CHAT__KAFKA__BOOTSTRAP_SERVERS={kafka}
  export CSE_CHAT__REDIS__URL={redis}

and then, each in one of its own:

  .venv/bin/cse-chat topics create     # once
  .venv/bin/cse-chat worker            # as many as you like
  .venv/bin/cse-chat gateway           # http://127.0.0.1:8000/

The integration tests use them with these:

  export CSE_CHAT_TEST_KAFKA={kafka} CSE_CHAT_TEST_REDIS={redis}
"""
_LOOK_EVERY: Final = 0.5  # seconds
_PORT: Final = click.IntRange(1, 65_535)


@click.command()
@click.option("--kafka-port", type=_PORT, default=_KAFKA_PORT, show_default=True)
@click.option("--redis-port", type=_PORT, default=_REDIS_PORT, show_default=True)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=LIBRARIES.parent / "data",
    help="For data and logs.",
)
def main(*, kafka_port: int, redis_port: int, folder: Path) -> None:
    """Start a Kafka and a Redis on loopback, say how to use them, and stop both at Ctrl+C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        _serve(
            KafkaServer(folder / "kafka", port=kafka_port),
            RedisServer(folder / "redis", port=redis_port),
        )
    except KeyboardInterrupt:  # while they start or end
        sys.exit(128 + signal.SIGINT)
    except (BrokerError, OSError) as error:
        sys.exit(f"make brokers: {error}")


def _serve(kafka: KafkaServer, redis: RedisServer) -> None:
    click.echo("Starting Kafka and Redis ...", err=True)
    with redis, kafka:
        text = _TEXT.format(folder=kafka.folder.parent, kafka=kafka.address, redis=redis.url)
        try:
            click.echo(text)  # who reads it may interrupt us at once
            while True:  # not `signal.pause`, which a signal just before it does not end
                time.sleep(_LOOK_EVERY)
                kafka.check()
                redis.check()
        except KeyboardInterrupt:
            click.echo("Stopping Kafka and Redis ...", err=True)
        kafka.stop()
        redis.stop()


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
