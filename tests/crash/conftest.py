"""What the crash tests share: a processor that is asked again without a pause, and one that has bad hours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from stripe import HTTPClient

from crowdfund import clock
from crowdfund.payments.stripe import asking
from tests.crash.trouble import TIMEOUT_SECONDS, Trouble


@pytest.fixture(autouse=True)
def no_pause_between_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits half a second before it asks again; nothing here depends on how long."""
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.01)


@pytest.fixture
def trouble(kind: str, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Trouble]:
    monkeypatch.setattr(asking, "TIMEOUT_SECONDS", TIMEOUT_SECONDS)
    with time_machine.travel(clock.from_us(clock.wall_now_us()), tick=True) as wall:
        yield Trouble(kind, wall)
