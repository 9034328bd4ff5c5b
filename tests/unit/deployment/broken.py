"""Breaking a file that is deployed."""

from pathlib import Path


def broken(root: Path, name: str, old: str, new: str) -> None:
    """Replace *old* in a file; a text that is not there would prove nothing."""
    text = (root / name).read_text("utf-8")
    assert old in text, old
    (root / name).write_text(text.replace(old, new), "utf-8")
