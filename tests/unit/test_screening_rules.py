"""The rules of screenings that need no database."""

from __future__ import annotations

import pytest

from crowdfund.screenings import rules


@pytest.mark.parametrize(
    ("hours_left", "back"), [(24.01, 10_000), (24, 10_000), (23.99, 5_000), (2, 5_000), (1.99, 0), (0, 0), (-1, 0)]
)
def test_steps_of_the_ladder(hours_left: float, back: int) -> None:
    assert rules.share_back_bps(rules.FAIR_LADDER, int(hours_left * 3_600_000_000), 0) == back
