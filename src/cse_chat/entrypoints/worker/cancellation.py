"""Telling our own cancellation from somebody else's."""

import asyncio


def is_being_stopped() -> bool:
    """Say whether someone asked this task to stop.

    A `CancelledError` can also come out of what is awaited: a library's cancelled future looks the
    same. Only who asked this task itself, by `Task.cancel` or `asyncio.timeout`, is counted here.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
