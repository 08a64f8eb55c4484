"""What the crash tests share: a processor that is asked again without a pause, one that has bad hours, and a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from stripe import HTTPClient

from crowdfund import clock, settings
from crowdfund.payments.stripe import asking
from crowdfund.replay.site import Site, running_site
from tests.crash.nursery import Nursery
from tests.crash.trouble import TIMEOUT_SECONDS, Trouble


@pytest.fixture(autouse=True)
def no_pause_between_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits half a second before it asks again; nothing here depends on how long."""
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.01)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """For tests that kill and don't measure how long a start takes."""
    found = Nursery()
    yield found
    found.close()


@pytest.fixture
def trouble(kind: str, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Trouble]:
    monkeypatch.setattr(asking, "TIMEOUT_SECONDS", TIMEOUT_SECONDS)
    with time_machine.travel(clock.from_us(clock.wall_now_us()), tick=True) as wall:
        yield Trouble(kind, wall)


@pytest.fixture
def site(engine: str, database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The server with its worker in it; on PostgreSQL two processes."""
    before = settings._current
    with running_site(database_url, workers=2 if engine == "postgres" else 1, work=True, keep=tmp_path) as running:
        yield running
    if before is not None:
        settings.use(before)
