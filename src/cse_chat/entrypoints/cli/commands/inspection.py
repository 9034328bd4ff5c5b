"""The commands that show what there is; each imports what it does when it is called."""

from pathlib import Path

import rich_click as click

_json = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


@click.group()
def config() -> None:
    """Show the settings, and what is wrong with them."""


@config.command("show")
@_json
def show_config(*, as_json: bool) -> None:
    """Show every setting, and where its value comes from.

    A value comes from the environment, the file `.env` in this folder, or the default, in this
    order. Secrets are masked.
    """
    from cse_chat.entrypoints.cli.config import show  # noqa: PLC0415 -- settings are slow

    show(as_json=as_json)


@config.command("check")
@_json
def check_config(*, as_json: bool) -> None:
    """Say what is wrong with the settings.

    Everything at once; the exit code is 2 if anything is.
    """
    from cse_chat.entrypoints.cli.config import check  # noqa: PLC0415 -- settings are slow

    check(as_json=as_json)


@config.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of the settings, under the names of their variables."""
    from cse_chat.entrypoints.cli.config import schema  # noqa: PLC0415 -- settings are slow

    schema()


@click.group()
def data() -> None:
    """Show and verify the market data that answers come from."""


@data.command("status")
@_json
def data_status(*, as_json: bool) -> None:
    """Show dates, rows, source, and where the tables and the database are."""
    from cse_chat.entrypoints.cli.data import status  # noqa: PLC0415 -- settings are slow

    status(as_json=as_json)


@data.command("check")
@_json
def check_data(*, as_json: bool) -> None:
    """Verify tables, database and figures.

    The tables are held against their manifest, the database against the tables, and the figures
    against what holds for good data. Nothing is changed. The exit code is 2 if anything is wrong.
    """
    from cse_chat.entrypoints.cli.data import check  # noqa: PLC0415 -- settings are slow

    check(as_json=as_json)


@click.group()
def topics() -> None:
    """Make and compare the topics in Kafka."""


@topics.command("create")
@_json
def create_topics(*, as_json: bool) -> None:
    """Make the topics that are missing.

    It can be repeated: what is there is left as it is.
    """
    from cse_chat.entrypoints.cli.topics import create_topics as create  # noqa: PLC0415

    create(as_json=as_json)


@topics.command("describe")
@_json
def describe_topics(*, as_json: bool) -> None:
    """Compare the topics with what they should be.

    The exit code is 2 if one is missing.
    """
    from cse_chat.entrypoints.cli.topics import describe_topics as describe  # noqa: PLC0415

    describe(as_json=as_json)


@click.group()
def schema() -> None:
    """Export what describes the service to other programs."""


@schema.command(epilog="Example: `cse-chat schema export openapi --output openapi.json`")
@click.argument("document", type=click.Choice(["openapi", "asyncapi", "json-schema"]))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="File to write; by default the standard output.",
)
def export(document: str, output: Path | None) -> None:
    """Write the OpenAPI or AsyncAPI document, or the JSON Schemas of the messages.

    openapi describes the HTTP interface; asyncapi the WebSocket, the topics of Kafka and the
    channels of Redis; json-schema what they carry: Chat Request v1, Chat Response v1, how a
    question ends that has no answer, and events.
    """
    from cse_chat.entrypoints.cli.schema import Document  # noqa: PLC0415
    from cse_chat.entrypoints.cli.schema import export as write  # noqa: PLC0415

    write(Document(document), output=None if output == Path("-") else output)
