"""How many objections pause a release, what a plan has to be, and what one milestone pays."""

from __future__ import annotations

import pytest

from crowdfund.campaigns.milestones.rules import Planned, Tranche, percent_text, refuse_plan, tranche
from crowdfund.pledges.milestones.rules import objections_that_pause
from crowdfund.refusal import Invalid

LINES = {"Costume", "The shoot"}


@pytest.mark.parametrize(
    ("backers", "needed"),
    [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (59, 3), (60, 3), (61, 4), (80, 4), (81, 5), (2_000, 100), (1_000_000, 50_000)],
)  # fmt: skip
def test_three_backers_or_five_in_a_hundred(backers: int, needed: int) -> None:
    assert objections_that_pause(backers) == needed


def planned(share_bps: int, **more: object) -> Planned:
    facts = {
        "title": "The shoot",
        "lines": ["The shoot"],
        "evidence": "The rushes, all of them.",
        "expected_on": "2027-03",
    }
    return Planned(share_bps=share_bps, **{**facts, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        ([planned(10_000)], "Plan 2 to 8 milestones"),
        ([planned(5_000), planned(4_999)], "The shares come to 99.99 %"),
        ([planned(5_000), planned(5_001)], "The shares come to 100.01 %"),
        ([planned(5_000), planned(5_000, lines=[])], "Milestone 2: choose what of the budget"),
        ([planned(5_000), planned(5_000, lines=["A yacht"])], "Milestone 2: choose what of the budget"),
        ([planned(0), planned(10_000)], "Milestone 1: say what share"),
        ([planned(5_000, title=""), planned(5_000)], "Milestone 1: give it a name"),
        ([planned(5_000, evidence="a film"), planned(5_000)], "Milestone 1: say what you will show"),
        ([planned(5_000, expected_on="2027-13"), planned(5_000)], "Milestone 1: choose the month"),
        ([planned(5_000), planned(5_000, at_once=True)], "Only the first milestone"),
        ([planned(1_000)] * 10, "Plan 2 to 8 milestones"),
    ],
)
def test_a_plan_that_can_not_be(plan: list[Planned], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        refuse_plan("film", plan, LINES)


def test_a_plan_that_can_be_and_none_at_all() -> None:
    refuse_plan("film", [planned(3_333, at_once=True), planned(6_667)], LINES)
    refuse_plan("film", [], LINES)
    with pytest.raises(Invalid, match="Only a film fund"):
        refuse_plan("transfer", [planned(5_000), planned(5_000)], LINES)


def test_fees_are_of_what_is_released() -> None:
    assert tranche(30_00, 60, 500) == Tranche(60, 1_50, 27_90)
    assert tranche(0, 60, 500) == Tranche(0, 0, 0)
    assert tranche(50, 60, 500) == Tranche(50, 0, 0), "the processor has its fee before we have ours"
    assert tranche(61, 60, 500) == Tranche(60, 1, 0)


@pytest.mark.parametrize(("bps", "text"), [(10_000, "100"), (3_350, "33.5"), (3_333, "33.33"), (5, "0.05")])
def test_basis_points_as_they_are_typed(bps: int, text: str) -> None:
    assert percent_text(bps) == text
