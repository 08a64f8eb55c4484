"""What a story takes as given, made by the verbs that people use: somebody, a verified studio, a film that is live."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

from PIL import Image

from crowdfund import clock, settings
from crowdfund.books import check
from crowdfund.campaigns import actions
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.tiers import TierContent, add_tier
from crowdfund.desk.statements.books import RULES as SIGNED_MONTHS
from crowdfund.desk.statements.books import SIGNED_AS_IT_WAS
from crowdfund.people import organisations, verification
from crowdfund.people.accounts import make_person_with
from crowdfund.people.models import Organisation, OrganisationKind, StaffRole
from tests.bank import ask
from tests.world import Fan, broken, hash_of

PASSWORD = "ferry lantern ninety wren"
STORY = (
    "In a town where the bridge was never finished, everyone crosses by Lin's boat. She knows who owes whom, who is leaving "
    "and who only says so. Then the engineers come back, with a plan, a date, and a man who once promised her father a pillar.\n\n"
    "## Why now\n\nThe last three ferries of the province stop next winter."
)
TIERS = (
    TierContent("Your name on the river", "In the credits.", price_minor=10_00, size=None),
    TierContent("Two seats, any city", "Any night you like.", price_minor=25_00, size=100, per_fan_max=4),
    TierContent(
        "The ferryman's scarf", "Woven by hand.", price_minor=60_00, size=20, ships="post", delivers_on="2031-09"
    ),
)
_numbers = count(1)


def a_picture(folder: Path) -> Path:
    path = folder / "still.png"
    Image.linear_gradient("L").resize((1600, 900)).convert("RGB").save(path)
    return path


async def somebody(name: str, *, staff: StaffRole | None = None) -> Fan:
    """An account with a confirmed address and PASSWORD."""
    email = f"{name.lower()}{next(_numbers)}@people.example"
    person = await make_person_with(name, email, await hash_of(PASSWORD), staff_role=staff)
    return Fan(person.id, email)


async def a_reviewer() -> Fan:
    return await somebody("Ada", staff=StaffRole.ADMIN)


async def a_studio(owner: Fan, name: str = "Lanting Pictures") -> Organisation:
    """A studio with an account for payouts at the sandbox, which asks to be verified."""
    studio = await organisations.make_organisation(OrganisationKind.STUDIO, name, "DE", "We film rivers.", by=owner.id)
    home = settings.current().base_url
    await verification.onboarding_page(studio, email=owner.email, return_url=home, refresh_url=home)
    studio = await Organisation.get(id=studio.id)
    await ask("POST", f"accounts/{studio.stripe_account_id}/onboarding", {"outcome": "complete"})
    await verification.follow_account(str(studio.stripe_account_id))
    await verification.submit(studio.id, by=owner.id)
    return await Organisation.get(id=studio.id)


async def a_draft(
    name: str, studio: Organisation, owner: Fan, *, goal_minor: int = 1_000_00, days: float = 5
) -> Campaign:
    """A whole campaign, not handed in. days: until it closes."""
    campaign = await actions.make_campaign(studio, name=name, currency="EUR", by=owner.id)
    content = Content(
        name=name, tagline="A ferryman's daughter decides who crosses.", story=STORY, risks="High water in March.",
        budget=[("Ferries and crew", goal_minor * 6 // 10), ("Cast", goal_minor * 4 // 10)], opens_at=None,
        closes_at=clock.now() + timedelta(days=days),
    )  # fmt: skip
    await actions.write(campaign.id, content, by=owner.id)
    for tier in TIERS:
        await add_tier(campaign.id, tier, by=owner.id)
    return await Campaign.get(id=campaign.id)


async def a_live_film(name: str, owner: Fan | None = None, *, goal_minor: int = 1_000_00, days: float = 5) -> Campaign:
    """A film of a verified studio of its own, reviewed and open."""
    owner, ada = owner or await somebody("Lin"), await a_reviewer()
    studio = await a_studio(owner)
    await verification.verify(studio.id, reason="The register agrees.", by=ada.id)
    campaign = await a_draft(name, studio, owner, goal_minor=goal_minor, days=days)
    await actions.submit(campaign.id, by=owner.id)
    await actions.review(campaign.id, CampaignState.APPROVED, "Clear and honest.", by=ada.id)
    await actions.launch(campaign.id, by=owner.id)
    return await Campaign.get(id=campaign.id)


async def desk_of(campaign: Campaign) -> str:
    """Where its makers run it."""
    return (await Organisation.get(id=campaign.organisation_id)).desk_path + campaign.path


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait for what the site does by itself."""
    for _ in range(100):
        if await holds():
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the site never did it")


async def books_hold() -> None:
    """All of the site's books, but for signed months of funds: one that nobody lived through is there to be looked at."""
    signed = {rule.name for rule in SIGNED_MONTHS} | {SIGNED_AS_IT_WAS}
    assert broken([one for one in (await check(counting=False)).findings if one.name not in signed]) == []
