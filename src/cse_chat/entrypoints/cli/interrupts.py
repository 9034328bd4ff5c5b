"""Ctrl+C at a moment where it does no harm, or at once."""

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


@contextmanager
def interrupted_at_once() -> Iterator[None]:
    """Let Ctrl+C end what is inside, where `asyncio.run` would have it wait for an `await`.

    Raises:
        KeyboardInterrupt: It was pressed.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:  # as a shell has it for what runs in the background
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
