"""Where the process of `cse-chat` begins: Ctrl+C is heard while the program is still imported."""

import sys


def main() -> None:
    """Run `cse_chat.entrypoints.cli.main`, and end the process; when interrupted, with code 130."""
    try:
        from cse_chat.entrypoints.cli.main import main as run_command  # noqa: PLC0415 -- see above

        run_command()
    except KeyboardInterrupt:
        sys.exit(130)  # `ExitCode.INTERRUPTED`, which may not be imported yet
