"""An answer on the terminal: its text, its tables, and what it stands on."""

from rich.text import Text

from cse_chat.adapters.wire.responses import ChatResponse
from cse_chat.entrypoints.cli.consoles import console, show
from cse_chat.entrypoints.cli.printing import printable
from cse_chat.entrypoints.cli.tables import rendered


def print_answer(response: ChatResponse, *, follow_up: str = "", with_text: bool = True) -> None:
    """Print *response* to the standard output.

    Args:
        response: What the service answered.
        follow_up: The command that goes on with the conversation; empty prints none.
        with_text: Whether its words are not there already.
    """
    output = console()
    if with_text:
        output.print(Text(printable(response.response)), soft_wrap=not output.is_terminal)
    for artifact in response.artifacts or ():
        show(rendered(artifact))
    output.print(Text(basis_of(response), style="dim"))
    if follow_up:
        output.print(Text(f"Go on with: {follow_up}", style="dim"), soft_wrap=True)


def basis_of(response: ChatResponse) -> str:
    """Return date, sources and maker of the answer in one line."""
    metadata = response.metadata
    parts = [f"As of {metadata.as_of}"] if metadata.as_of else []
    parts += [f"Source: {printable('; '.join(metadata.sources))}"] if metadata.sources else []
    return " · ".join([*parts, printable(metadata.model_used)])
