"""When an approved campaign opens and closes, as long as nothing was pledged on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from crowdfund import clock
from crowdfund.campaigns import counters, update_dates
from crowdfund.campaigns.actions import announce
from crowdfund.campaigns.models import Campaign, CampaignState, Tier
from crowdfund.campaigns.rules import DAYS_MAX, NotEditable, never_in_time
from crowdfund.campaigns.transfers.actions import refuse_late_close
from crowdfund.database import atomic
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid

MOVABLE = {CampaignState.APPROVED, CampaignState.PRELAUNCH}


@atomic
async def schedule(
    campaign_id: int,
    *,
    opens_at: datetime | None,
    closes_at: datetime,
    by: int,
    first_update_by: datetime | None = None,
) -> None:
    """Show an approved campaign, and set when it opens and closes. opens_at None: when its makers say so.

    first_update_by: the day by which its first update is promised; none: 30 days after it opens. Raises NotEditable once it is
    open: then its deadline is promised. Raises Invalid for dates that can't be.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in MOVABLE:
        raise NotEditable("The dates of this fund can't be changed any more.")
    _refuse(opens_at, closes_at)
    await refuse_late_close(campaign, closes_at)
    for tier in await Tier.filter(campaign_id=campaign_id).order_by("position"):
        if sentence := never_in_time(tier, closes_at):
            raise Invalid(sentence, field="closes_at")
    due_at = None
    if first_update_by is not None:
        due_at = update_dates.chosen(first_update_by, opens_at or clock.now(), field="first_update_by")
    before = {"opens_at": _text(campaign.opens_at), "closes_at": _text(campaign.closes_at)}
    await Campaign.filter(id=campaign_id).update(opens_at=opens_at, closes_at=closes_at, update_due_at=due_at)
    after = {"opens_at": _text(opens_at), "closes_at": _text(closes_at)}
    await record("campaign_scheduled", f"campaign:{campaign_id}", by=by, before=before, after=after)
    if campaign.state == CampaignState.APPROVED:
        await announce(campaign_id, opens_at=opens_at, by=by)


def _refuse(opens_at: datetime | None, closes_at: datetime) -> None:
    if opens_at is not None and opens_at <= clock.now():
        raise Invalid("This moment has passed already. Choose a later one.", field="opens_at")
    start = opens_at or clock.now()
    if closes_at < start + timedelta(hours=1):
        raise Invalid("It has to be open for at least an hour.", field="closes_at")
    if closes_at > start + timedelta(days=DAYS_MAX):
        raise Invalid("It may be open for at most {days} days.", field="closes_at", days=DAYS_MAX)


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
