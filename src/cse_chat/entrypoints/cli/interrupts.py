"""Ctrl+C at a moment where it does no harm."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupted_afterwards() -> Iterator[None]:
    """Let the first Ctrl+C wait for the end of what is inside; a second one does not wait.

    To be used in the main thread, as signals are.

    Raises:
        KeyboardInterrupt: Ctrl+C was pressed meanwhile.
    """
    pressed = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
