"""What the crash tests share: a processor that is asked again without a pause."""

from __future__ import annotations

import pytest
from stripe import HTTPClient


@pytest.fixture(autouse=True)
def no_pause_between_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits half a second before it asks again; nothing here depends on how long."""
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.01)
