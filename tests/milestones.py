"""Film funds with milestones for tests: planned, opened, funded, and the next one asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from crowdfund import clock
from crowdfund.campaigns import actions as campaigns
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.milestones.actions import write_plan
from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.milestones.rules import Planned
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import Campaign, CampaignState, Rule
from crowdfund.campaigns.update_dates import is_overdue
from crowdfund.campaigns.updates import publish_update
from crowdfund.database import new_id
from crowdfund.payments import stripe
from crowdfund.people.models import Organisation
from crowdfund.pledges.milestones import releases
from crowdfund.pledges.models import Pledge
from tests.bank import ask, close_now, fans_with
from tests.transfers import a_document
from tests.world import Fan, a_fan, a_studio, again, pledged

STORY = "Mei ferries letters between the banks of one river for forty years. " * 4
BUDGET = (("Costume and casting", 30_00), ("The shoot", 50_00), ("Edit and sound", 20_00))
TITLES = ("Pre-production", "The shoot is done", "The film is finished")
WORDS = "All scenes are shot, and the rushes are with the editor."


async def a_film_studio(owner: Fan | None = None, *, name: str = "Lanting Pictures") -> tuple[Organisation, Fan]:
    """A studio that is verified and can be paid, and its owner."""
    owner = owner or await a_fan("Lin")
    account_id = await stripe.make_account(new_id(), "DE", "studio@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    return await Organisation.get(id=await a_studio(name, owner=owner, account_id=account_id)), owner


def a_plan(shares: Sequence[int] = (3_000, 5_000, 2_000), *, at_once: bool = True) -> list[Planned]:
    """A milestone for each share, in basis points, each for one line of the budget."""
    return [
        Planned(
            title=TITLES[n % 3], lines=[BUDGET[n % 3][0]], share_bps=share, evidence="The call sheets and the rushes.",
            expected_on=f"2027-0{n + 1}", at_once=at_once and n == 0,
        )
        for n, share in enumerate(shares)
    ]  # fmt: skip


async def a_film_draft(
    studio: Organisation,
    owner: Fan,
    *,
    plan: Sequence[Planned] | None = None,
    days: float = 30,
    name: str = "River Moon",
    goal_minor: int = 100_00,
    rule: Rule = Rule.FLEXIBLE,
) -> Campaign:
    """A film as its makers have written it, with its milestones, not handed in."""
    campaign = await campaigns.make_campaign(studio, name=name, currency="EUR", by=owner.id)
    content = Content(
        name=name, tagline="One river, forty years", story=STORY, risks="", opens_at=None, rule=rule,
        closes_at=clock.now() + timedelta(days=days), budget=[(line, minor * goal_minor // 100_00) for line, minor in BUDGET],
    )  # fmt: skip
    await campaigns.write(campaign.id, content, by=owner.id)
    await write_plan(campaign.id, a_plan() if plan is None else plan, by=owner.id)
    return await again(campaign)


async def opened(campaign: Campaign, owner: Fan) -> Campaign:
    """Handed in, approved, and open."""
    staff = await a_fan("Ada")
    await campaigns.submit(campaign.id, by=owner.id)
    await campaigns.review(campaign.id, CampaignState.APPROVED, "", by=staff.id)
    await campaigns.launch(campaign.id, by=owner.id)
    return await again(campaign)


async def a_funded_film(
    *gave: int, plan: Sequence[Planned] | None = None, studio: tuple[Organisation, Fan] | None = None
) -> tuple[Campaign, Fan, list[Pledge]]:
    """A film that these amounts have funded, one of a backer; its owner; their pledges. Cards' money is there at once."""
    organisation, owner = studio or await a_film_studio()
    campaign = await opened(await a_film_draft(organisation, owner, plan=plan), owner)
    made = [
        await pledged(fan, campaign, amount_minor=minor)
        for fan, minor in zip(await fans_with(*["instant"] * len(gave)), gave, strict=True)
    ]
    funded = await close_now(campaign)
    assert funded.state == "funded"
    return funded, owner, [await Pledge.get(id=one.id) for one in made]


async def asked_for(campaign: Campaign, owner: Fan) -> tuple[Milestone, int]:
    """The next milestone is asked for, once its backers have had the update that is due; gives it, and the request."""
    if is_overdue(campaign := await again(campaign), clock.now()):
        await publish_update(campaign.id, "Further on", "The boats are in the water.", by=owner.id)
    request_id = await releases.request_release(
        campaign.id, words=WORDS, papers=[await a_document(owner.id)], by=owner.id
    )
    return await Milestone.get(campaign_id=campaign.id, state="requested"), request_id


async def states_of(campaign: Campaign) -> list[str]:
    return [milestone.state for milestone in await plan_of(campaign.id)]


async def left_of(campaign: Campaign) -> list[int]:
    """What is left of each milestone, in cents."""
    return [milestone.left_minor for milestone in await plan_of(campaign.id)]
