"""A window closes for all clubs in one night: each of the elections is held, however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.transfers.models import SubType, Transfer
from crowdfund.database import Sql, atomic
from crowdfund.pledges.transfers import asking, elections
from crowdfund.pledges.transfers.models import Election
from tests.world import a_campaign, a_pledge

pytestmark = pytest.mark.usefixtures("database")
_COLLECTED = Sql("UPDATE pledge SET state = 'collected' WHERE campaign_id = $1")


async def electing(*, days: float = 14, pledges: int = 0) -> Campaign:
    """A transfer that fell through just now, and of which nobody was asked yet."""
    campaign = await a_campaign()
    for _ in range(pledges):
        await a_pledge(campaign)
    await atomic(_COLLECTED.__call__)(campaign.id)
    until = clock.now() + timedelta(days=days)
    await atomic(Transfer.create)(campaign_id=campaign.id, sub_type=SubType.NAMED_TARGET, elections_until=until)
    await atomic(Campaign.filter(id=campaign.id).update)(state="electing", ended_at=clock.now())
    return campaign


async def test_the_sixtieth_is_asked_as_soon_as_the_first() -> None:
    for _ in range(59):
        await electing()
    last = await electing(pledges=3)
    assert last.id in await asking.running_elections()
    assert await elections.step(last.id)
    assert await Election.filter(campaign_id=last.id, state="asked").count() == 3
    assert await asking.running_elections() == [], "nothing is to be done for two weeks"
    over = await electing(days=-1)
    assert await asking.running_elections() == [over.id]


async def test_a_page_of_backers_is_asked_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAGE", 2)
    campaign = await electing(pledges=5)
    assert [await asking.ask_page(campaign.id) for _ in range(4)] == [2, 2, 1, 0]
    assert await Election.filter(campaign_id=campaign.id).count() == 5
