"""Where a user's files belong on this platform."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_NAME: Final = "cse-chat"


def user_data_folder(env: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return the folder for data that the user keeps; it may not exist yet.

    Args:
        env: Environment of the process; what it does not say is taken from the account.
        platform: As `sys.platform` names it.
    """
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    if platform == "win32":
        return Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local") / _NAME
    if platform == "darwin":
        return home / "Library" / "Application Support" / _NAME
    # The specification says that a relative XDG_DATA_HOME is to be ignored.
    given = Path(env.get("XDG_DATA_HOME", ""))
    return (given if given.is_absolute() else home / ".local" / "share") / _NAME
