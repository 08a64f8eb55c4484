"""Producers, drafts and reviewed campaigns for the tests of their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image as Picture

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.tiers import TierContent, add_tier
from crowdfund.people.models import Organisation, StaffRole
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import Fan, a_studio

STORY = (
    "In a town where the bridge was never finished, everyone crosses by Lin's boat. She knows who owes whom, who is leaving, and "
    "who only says so. Then the engineers come back, with a plan, a date, and a man who once promised her father a pillar."
)


@dataclass
class Producer:
    """Somebody who owns a verified studio, in a browser of her own."""

    browser: SignedIn
    organisation: Organisation

    @property
    def id(self) -> int:
        return self.browser.person.id

    @property
    def desk(self) -> str:
        return self.organisation.desk_path

    def base(self, campaign: Campaign) -> str:
        return f"{self.desk}/campaigns/{campaign.slug}"


async def a_producer(site: SiteUnderTest, name: str = "Lin") -> Producer:
    browser = await site.signed_up(name)
    studio_id = await a_studio(f"{name} Pictures", owner=Fan(browser.person.id, browser.person.email))
    return Producer(browser, await Organisation.get(id=studio_id))


def content(
    *,
    name: str = "River Moon",
    days: float = 30,
    goal_minor: int = 4_000_00,
    story: str = STORY,
    opens_at: datetime | None = None,
) -> Content:
    return Content(
        name=name, tagline="A ferryman's daughter decides who crosses.", story=story, risks="High water.",
        budget=[("Boats", goal_minor // 4), ("Everything else", goal_minor - goal_minor // 4)],
        closes_at=clock.now() + timedelta(days=days), opens_at=opens_at,
    )  # fmt: skip


async def a_draft(producer: Producer, *, name: str = "River Moon", written: bool = True, days: float = 30) -> Campaign:
    campaign = await actions.make_campaign(producer.organisation, name=name, currency="EUR", by=producer.id)
    if written:
        await actions.write(campaign.id, content(name=name, days=days), by=producer.id)
        await add_tier(campaign.id, TierContent("Two seats", "In any cinema.", 25_00, 40), by=producer.id)
    return await Campaign.get(id=campaign.id)


async def submitted(producer: Producer, **more: object) -> Campaign:
    campaign = await a_draft(producer, **more)  # type: ignore[arg-type]
    await actions.submit(campaign.id, by=producer.id)
    return await Campaign.get(id=campaign.id)


async def approved(producer: Producer, **more: object) -> Campaign:
    campaign = await submitted(producer, **more)
    await actions.review(campaign.id, CampaignState.APPROVED, "", by=producer.id)
    return await Campaign.get(id=campaign.id)


async def launched(producer: Producer, **more: object) -> Campaign:
    campaign = await approved(producer, **more)
    await actions.launch(campaign.id, by=producer.id)
    return await Campaign.get(id=campaign.id)


async def a_reviewer(site: SiteUnderTest, role: StaffRole = StaffRole.REVIEWER, name: str = "Ada") -> SignedIn:
    return await site.signed_up(name, staff=role)


def later(**time: float) -> str:
    """A moment from now as `datetime-local` sends it."""
    return f"{clock.now() + timedelta(**time):%Y-%m-%dT%H:%M}"


def a_picture(width: int = 320, height: int = 180) -> bytes:
    written = BytesIO()
    Picture.new("RGB", (width, height), (163, 71, 8)).save(written, "PNG")
    return written.getvalue()
