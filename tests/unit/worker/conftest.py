"""An engine that need not be waited for."""

from datetime import timedelta

import pytest

from cse_chat.entrypoints.worker import engine


@pytest.fixture(autouse=True)
def _acknowledgements_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ACKNOWLEDGE_EVERY", timedelta(milliseconds=5))
