"""Completion by the tab key: the scripts for the shells, and what they are told."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.processes import COMMAND, environment, run


def test_the_script_for_bash_completes_commands_and_options(tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(run(tmp_path, "completion", "bash").stdout)
    (tmp_path / "cse-chat").symlink_to(COMMAND)

    def completed(*words: str) -> list[str]:
        quoted = " ".join(f"'{word}'" for word in words)
        lines = (
            f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}",
            "_cse_chat_completion cse-chat",
            'printf "%s\\n" "${COMPREPLY[@]}"',
        )
        result = subprocess.run(  # noqa: S603 -- our own script
            ["/bin/bash", "-c", "\n".join(lines)],
            capture_output=True,
            text=True,
            env={"PATH": f"{tmp_path}:{os.defpath}"},
            timeout=30,
            check=True,
        )
        return result.stdout.split()

    assert completed("cse-chat", "co") == ["completion", "config"]
    assert completed("cse-chat", "health", "--p") == ["--probe"]
    assert completed("cse-chat", "health", "--probe", "l") == ["live"]
    assert completed("cse-chat", "schema", "export", "") == ["openapi", "asyncapi", "json-schema"]


@pytest.mark.parametrize(
    ("shell", "words"), [("zsh", "#compdef cse-chat"), ("fish", "complete --no-files")]
)
def test_the_other_shells_have_their_script_and_their_protocol(
    tmp_path: Path, shell: str, words: str
) -> None:
    script = run(tmp_path, "completion", shell)
    completed = subprocess.run(  # noqa: S603 -- our own command
        [COMMAND],
        capture_output=True,
        text=True,
        env=environment(tmp_path)
        | {
            "_CSE_CHAT_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": "cse-chat da",
            "COMP_CWORD": "da" if shell == "fish" else "1",
        },
        timeout=30,
        check=True,
    )

    assert words in script.stdout
    assert "data" in completed.stdout
