"""What a fund's page says, kept version by version: who pledged can read what it said when they did."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.actions import WRITTEN_MEANWHILE, WrittenMeanwhile
from crowdfund.campaigns.models import GROWING, Campaign, CampaignPage
from crowdfund.campaigns.rules import NotEditable
from crowdfund.database import atomic
from crowdfund.people.audit import record
from crowdfund.refusal import NotFound


class NoSuchVersion(NotFound):
    pass


@atomic
async def rewrite_page(campaign_id: int, story: str, risks: str, *, by: int, seen: int | None = None) -> int:
    """Change the story or the risks of a fund that people can see: a new version beside the old ones; gives its number.

    Goal, dates, rule and backed tiers are promised and stay. Raises NotEditable once the fund has closed.
    seen: the version that the writer has seen; raises WrittenMeanwhile where there is a newer one.
    """
    await counters.lock_one(campaign_id)  # whoever pledges reads the version under the same lock
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in GROWING:
        raise NotEditable("This page can't be changed any more. Publish an update instead.")
    if seen is not None and campaign.page_version != seen:
        raise WrittenMeanwhile(WRITTEN_MEANWHILE)
    now = await CampaignPage.get(campaign_id=campaign_id, version=campaign.page_version)
    if (now.story, now.risks) == (story, risks):
        return now.version
    version = campaign.page_version + 1
    await CampaignPage.create(
        campaign_id=campaign_id, version=version, story=story, risks=risks, by_person_id=by, made_at=clock.now()
    )
    await Campaign.filter(id=campaign_id).update(page_version=version)
    await record("page_rewritten", f"campaign:{campaign_id}", by=by, after={"version": version})
    return version


async def versions_of(campaign_id: int) -> list[CampaignPage]:
    """Every version, the newest first."""
    return await CampaignPage.filter(campaign_id=campaign_id).order_by("-version")


async def version_of(campaign_id: int, version: int) -> CampaignPage:
    """One version. Raises NoSuchVersion."""
    found = await CampaignPage.get_or_none(campaign_id=campaign_id, version=version)
    if found is None:
        raise NoSuchVersion("There is no such version.")
    return found
