"""What can be wrong with market data."""

from pathlib import Path

from cse_chat.domain.errors import AgentUnavailableError

REPAIR = "reinstall cse-chat, or make the tables again with `make data FROM=<folder>`"


class MarketDataError(AgentUnavailableError):
    """Market data are missing, damaged or unusable; the message names the file and the repair."""

    def __init__(self, file: Path, problem: str, *, repair: str = REPAIR) -> None:
        """Say that *file* has *problem* and how to *repair* it."""
        super().__init__(f"market data: {file}: {problem}; {repair}")
        self.file = file
        self.problem = problem
        self.repair = repair
