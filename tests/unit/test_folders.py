"""Where a user's files belong."""

from pathlib import Path

import pytest

from cse_chat.entrypoints.folders import user_data_folder


@pytest.mark.parametrize(
    ("platform", "env", "folder"),
    [
        ("linux", {"HOME": "/h"}, "/h/.local/share/cse-chat"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "/d"}, "/d/cse-chat"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "relative"}, "/h/.local/share/cse-chat"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Application Support/cse-chat"),
        ("win32", {"HOME": "/h"}, "/h/AppData/Local/cse-chat"),
        ("win32", {"HOME": "/h", "LOCALAPPDATA": "/a"}, "/a/cse-chat"),
    ],
)
def test_each_platform_has_its_place_for_them(
    platform: str, env: dict[str, str], folder: str
) -> None:
    assert user_data_folder(env, platform) == Path(folder)


def test_without_a_home_in_the_environment_the_account_is_asked() -> None:
    assert user_data_folder({}, "linux").is_relative_to(Path.home())
