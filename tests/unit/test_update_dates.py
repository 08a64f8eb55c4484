"""Until when the next update is due: a day that ends at midnight, UTC, wherever its makers sit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crowdfund.campaigns.models import OWES_WORD, Audience, Campaign, CampaignState, CampaignUpdate
from crowdfund.campaigns.update_dates import chosen, day_due, end_of, is_overdue, owes_word, usual
from crowdfund.campaigns.updates import ANYBODY, MAKER, Reader
from crowdfund.refusal import Invalid

NOW = datetime(2026, 11, 14, 15, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_thirty_days_on_until_the_day_is_over() -> None:
    assert usual(NOW) == datetime(2026, 12, 15, tzinfo=UTC)
    assert day_due(usual(NOW)) == datetime(2026, 12, 14, tzinfo=UTC), "next update by 14 December"
    assert end_of(datetime(2026, 12, 14, tzinfo=UTC)) == end_of(datetime(2026, 12, 14, 23, 59, 59, 999_999, tzinfo=UTC))


@pytest.mark.parametrize(("seconds", "overdue"), [(-1, False), (0, True), (1, True)])
def test_the_second_at_which_it_becomes_overdue(seconds: int, overdue: bool) -> None:
    due_at = datetime(2026, 12, 15, tzinfo=UTC)
    for state in CampaignState:
        campaign = Campaign(state=state.value, update_due_at=due_at)
        owes = state in OWES_WORD and state != CampaignState.SUSPENDED
        assert is_overdue(campaign, due_at + seconds * SECOND) is (overdue and owes), state
        assert owes_word(campaign) is owes
    of_a_film = {"live", "settling", "funded", "delivering", "suspended"}
    of_a_transfer = {
        "funded_held", "deal_agreed", "registered", "released", "outcome_failed", "electing", "refunding", "redirecting",
    }  # fmt: skip
    assert OWES_WORD == {CampaignState(state) for state in of_a_film | of_a_transfer}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia"])
def test_the_same_instant_wherever_somebody_looks_from(zone: str) -> None:
    """Across the change of the clocks in March: the instant is one, whatever the wall beside her says."""
    due_at = end_of(datetime(2027, 3, 28, tzinfo=UTC))
    campaign = Campaign(state="live", update_due_at=due_at)
    for seconds, overdue in ((-1, False), (0, True), (1, True)):
        there = (due_at + seconds * SECOND).astimezone(ZoneInfo(zone))
        assert is_overdue(campaign, there) is overdue


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (datetime(2026, 11, 13, tzinfo=UTC), "still to come"),
        (datetime(2026, 11, 14, tzinfo=UTC), "still to come"),
        (datetime(2026, 11, 15, tzinfo=UTC), ""),
        (datetime(2027, 2, 12, tzinfo=UTC), ""),
        (datetime(2027, 2, 13, tzinfo=UTC), "At most 90 days"),
        (datetime(2199, 12, 31, tzinfo=UTC), "At most 90 days"),
    ],
)
def test_a_day_that_is_chosen_is_to_come_and_near(day: datetime, sentence: str) -> None:
    if not sentence:
        assert chosen(day, NOW, field="next_by") == day + timedelta(days=1)
        return
    with pytest.raises(Invalid, match=sentence) as refused:
        chosen(day, NOW, field="next_by")
    assert refused.value.field == "next_by"


def test_who_reads_what() -> None:
    everyone, backers, tier = [
        CampaignUpdate(audience=audience, tier_id=7 if audience == Audience.TIER else None) for audience in Audience
    ]
    readers = {
        ANYBODY: (True, False, False), Reader(is_backer=True): (True, True, False),
        Reader(is_backer=True, tier_id=8): (True, True, False), Reader(is_backer=True, tier_id=7): (True, True, True),
        Reader(is_backer=False, tier_id=7): (True, False, False), MAKER: (True, True, True),
    }  # fmt: skip
    for reader, may in readers.items():
        assert tuple(reader.may_read(update) for update in (everyone, backers, tier)) == may, reader
