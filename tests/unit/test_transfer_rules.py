"""What a transfer fund may be and say: its stack, its window by the clocks of three places, its perks, and what silence means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from crowdfund.campaigns.transfers import rules
from crowdfund.campaigns.transfers.models import Part, Transfer
from crowdfund.pledges.transfers.models import Choice, Election
from crowdfund.pledges.transfers.pages.words import by_whom
from crowdfund.pledges.transfers.rules import by_silence, chosen
from crowdfund.refusal import Invalid


def test_the_goal_is_what_it_costs_less_what_others_have_committed() -> None:
    stack = {
        Part.TRANSFER_FEE: 900_000_00,
        Part.TAX: 120_000_00,
        Part.PLATFORM_FEE: 60_000_00,
        Part.COMMITTED: 80_000_00,
    }
    assert rules.goal_minor(stack) == 1_000_000_00
    rules.refuse_stack(stack, 1_000_000_00)
    with pytest.raises(Invalid, match="The cap is less than the goal"):
        rules.refuse_stack(stack, 999_999_99)
    with pytest.raises(Invalid, match="nothing left to ask"):
        rules.refuse_stack({Part.TRANSFER_FEE: 50_00, Part.COMMITTED: 50_00}, None)


WINDOWS = [
    # local time, zone, the instant in UTC
    ("2027-02-01T23:59", "Europe/Berlin", "2027-02-01T22:59"),
    ("2027-08-31T18:00", "Europe/Berlin", "2027-08-31T16:00"),
    ("2027-03-14T01:59", "America/New_York", "2027-03-14T06:59"),
    ("2027-03-14T03:00", "America/New_York", "2027-03-14T07:00"),  # a minute later: the clocks skip an hour
    ("2027-11-07T00:59", "America/New_York", "2027-11-07T04:59"),
    ("2027-11-07T02:00", "America/New_York", "2027-11-07T07:00"),
    ("2027-01-31T00:00", "Pacific/Apia", "2027-01-30T11:00"),  # a day ahead of most
]


@pytest.mark.parametrize(("local", "zone", "instant"), WINDOWS)
def test_a_window_closes_by_the_clock_of_its_place(local: str, zone: str, instant: str) -> None:
    assert rules.window_at(datetime.fromisoformat(local), zone) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone", "said"),
    [
        ("2027-03-28T02:30", "Europe/Berlin", "skip this time"),
        ("2027-10-31T02:30", "Europe/Berlin", "this time twice"),
        ("2027-03-14T02:00", "America/New_York", "skip this time"),
        ("2027-11-07T01:30", "America/New_York", "this time twice"),
        ("2011-12-30T12:00", "Pacific/Apia", "skip this time"),  # Samoa had no 30 December 2011
        ("2027-08-31T18:00", "Europe/Hafen", "no time zone"),
        ("2027-08-31T18:00", "../../etc/passwd", "no time zone"),
    ],
)
def test_a_deadline_is_one_moment(local: str, zone: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        rules.window_at(datetime.fromisoformat(local), zone)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia"])
def test_a_fund_closes_ten_days_before_the_window_to_the_second(zone: str) -> None:
    closes = rules.window_at(datetime(2027, 4, 4, 18, 0), zone)
    transfer = Transfer(campaign_id=1, sub_type="named_target", window_closes_at=closes, window_zone=zone)
    last = closes - timedelta(days=10)
    assert rules.late_close(transfer, last) is None
    assert rules.late_close(transfer, last - timedelta(seconds=1)) is None
    late = rules.late_close(transfer, last + timedelta(seconds=1))
    assert late is not None and "at least 10 days before" in str(late.words)
    free = Transfer(campaign_id=1, sub_type="squad_budget", window_closes_at=closes, window_zone=zone)
    assert rules.late_close(free, closes) is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Two seats behind the bench, and your name on the wall.", []),
        ("A shirt signed by Wesley, and a dinner with the team.", []),
        ("You get 5 % of his resale.", ["resale"]),
        ("A share in any future transfer fee.", ["resale"]),
        ("An investment with a yearly return.", ["return"]),
        ("You vote on the next signing.", ["say"]),
        ("A veto on the sale of any player", ["say"]),
        ("享有球员转卖分红", ["return", "resale"]),
        ("可参与转会投票", ["say"]),
    ],
)
def test_no_perk_is_a_return_a_resale_share_or_a_say(text: str, kinds: list[str]) -> None:
    assert rules.suspicious(text) == kinds
    tier = SimpleNamespace(name="A tier", description=text)
    assert [sentence for _name, sentence in rules.perk_warnings([tier])] == [
        rules.PERK_SENTENCES[kind] for kind in kinds
    ]


def a_pledge(if_it_fails: str = "", fallback_id: int | None = 7, charity_id: int | None = None) -> dict[str, Any]:
    return {"if_it_fails": if_it_fails, "fallback_id": fallback_id, "charity_id": charity_id}


CHARITIES = frozenset({21, 22})


@pytest.mark.parametrize(
    ("pledge", "meaning"),
    [
        (a_pledge(), (Choice.REFUND, None)),
        (a_pledge("refund"), (Choice.REFUND, None)),
        (a_pledge("fallback"), (Choice.FALLBACK, 7)),
        (a_pledge("next"), (Choice.NEXT, None)),
        (a_pledge("charity", charity_id=22), (Choice.CHARITY, 22)),
        (a_pledge("charity", charity_id=23), (Choice.REFUND, None)),  # it left the list
        (a_pledge("charity"), (Choice.REFUND, None)),
        (a_pledge("fallback", fallback_id=None), (Choice.REFUND, None)),
    ],
)
def test_silence_means_what_was_ticked_and_nothing_ticked_a_refund(
    pledge: dict[str, Any], meaning: tuple[Choice, int | None]
) -> None:
    assert by_silence(pledge, CHARITIES) == meaning


def test_a_fan_chooses_what_was_offered_to_her() -> None:
    assert chosen(Choice.CHARITY, a_pledge(), 21, CHARITIES) == 21
    with pytest.raises(Invalid, match="Choose a charity from the list"):
        chosen(Choice.CHARITY, a_pledge(), 23, CHARITIES)
    with pytest.raises(Invalid, match="No academy was announced"):
        chosen(Choice.FALLBACK, a_pledge(fallback_id=None), None, CHARITIES)


@pytest.mark.parametrize(
    ("chosen_by", "state", "ticked", "said"),
    [
        ("fan", "given", "", "You chose this."),
        ("silence", "refunded", "", "had ticked nothing"),
        ("silence", "refunded", "refund", "this is what you had ticked"),
        ("silence", "given", "fallback", "this is what you had ticked"),
        ("silence", "refunded", "charity", "can't be done any more"),
    ],
)
def test_her_receipt_says_who_decided(chosen_by: str, state: str, ticked: str, said: str) -> None:
    assert said in str(by_whom(Election(state=state, chosen_by=chosen_by, pledge_id=1), ticked))
