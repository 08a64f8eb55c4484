"""House rules don't depend on the engine: SQLite is enough."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.http.conftest import site

__all__ = ["site"]


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def read_at_once() -> Iterator[None]:
    """The whole house is read: looking for garbage in a million nodes of it would be half of the time."""
    gc.disable()
    yield
    gc.enable()
