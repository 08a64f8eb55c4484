"""A random story, told on a database of its own beside a sandbox that doesn't make it wait."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from stripe import HTTPClient

from crowdfund.sandbox.process import Running
from tests.stateful.site import run


@pytest.fixture
def tell(
    new_database: Callable[[str], str],
    sandbox: Running,
    tmp_path: Path,
    long: bool,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., None]:
    """`tell(machine, engine, steps)`."""
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.001)
    return partial(
        run, new_database=new_database, sandbox=sandbox, folder=tmp_path,
        chosen_seed=request.config.getoption("--hypothesis-seed"), is_long=long,
    )  # fmt: skip
