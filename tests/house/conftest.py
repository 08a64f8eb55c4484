"""House rules don't depend on the engine: SQLite is enough."""

from __future__ import annotations

import pytest

from tests.http.conftest import site

__all__ = ["site"]


@pytest.fixture
def engine() -> str:
    return "sqlite"
