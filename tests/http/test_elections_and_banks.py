"""What a bank takes while backers of a transfer decide: each cent goes one way, and nobody's choice moves another's money."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund.campaigns.models import Campaign
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.pledges.transfers.models import Election, OutcomeKind
from tests.bank import books_proven, close_now, fans_with, pass_time
from tests.http.test_disputes import decided, disputed
from tests.money import at_the_processor
from tests.transfers import a_club, a_draft, a_recipient, file, opened
from tests.world import a_fan, again, pledged


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def held(number: int = 2, **ticked: object) -> tuple[Campaign, list[Pledge]]:
    """A transfer to which so many gave 50.00 each. ticked: by the first."""
    club, owner = await a_club()
    academy = await a_recipient(club.id)
    campaign = await opened(await a_draft(club, owner, goal_minor=50_00 * number, fallback=academy), owner)
    fans = await fans_with(*["instant"] * number)
    made = [await pledged(fan, campaign, amount_minor=50_00, **(ticked if fan is fans[0] else {})) for fan in fans]
    assert (await close_now(campaign)).state == "funded_held"
    return campaign, [await Pledge.get(id=one.id) for one in made]


async def falls_through(campaign: Campaign) -> None:
    await file(campaign, OutcomeKind.COLLAPSED, by=await a_fan("Jens"))
    await pass_time(hours=72)
    assert (await again(campaign)).state == "electing"


async def electing(number: int = 2) -> tuple[Campaign, int, list[int], list[Pledge]]:
    """A transfer that fell through, and that asks its backers now; its academy; its fans; their pledges."""
    campaign, pledges = await held(number)
    await falls_through(campaign)
    assert campaign.fallback_id is not None
    return campaign, campaign.fallback_id, [one.person_id for one in pledges], pledges


async def elected(pledge: Pledge) -> tuple[str, int]:
    election = await Election.get(pledge_id=pledge.id)
    return election.state, election.amount_minor


async def test_a_silent_one_who_has_her_money_keeps_nobody_else_from_theirs() -> None:
    campaign, _academy, _fans, pledges = await electing(3)
    await refund_pledge(pledges[0].id, amount_minor=None, reason="she asked", by_person_id=(await a_fan("Ada")).id)
    await decided(await disputed(pledges[1]), won=False)
    await pass_time(days=14)
    assert [await elected(one) for one in pledges] == [("void", 0), ("void", 0), ("refunded", 50_00)]
    await pass_time(minutes=1)
    assert (await again(campaign)).state == "closed"
    assert await at_the_processor("refunds") == (2, 100_00)
