"""What a tier is made of, and how long that may change: until a fan has taken it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import CHANGEABLE, EDITABLE, Campaign, Tier
from crowdfund.campaigns.rules import (
    TIERS_MAX,
    Missing,
    NotEditable,
    broken_promises,
    refuse_tier_content,
    refuse_tier_dates,
    refuse_tier_seats,
)
from crowdfund.database import atomic, new_id
from crowdfund.people.audit import record
from crowdfund.refusal import Refusal


class PromiseBroken(Refusal):
    """A change would take back what fans have taken; `broken` says all that it would."""

    def __init__(self, broken: Sequence[Missing]) -> None:
        super().__init__(broken[0].words, field=broken[0].field)
        self.broken = list(broken)
        self.errors = [one.told for one in broken]


@dataclass(frozen=True, slots=True)
class TierContent:
    name: str
    description: str
    price_minor: int
    size: int | None
    per_fan_max: int = 1
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    ships: str = "nothing"
    delivers_on: str = ""
    seats: int = 0
    seat_worth_minor: int = 0


@atomic
async def add_tier(campaign_id: int, content: TierContent, *, by: int) -> Tier:
    """A new tier; also on a live fund, as it takes nothing from anybody."""
    campaign = await _open_for_tiers(campaign_id)
    if campaign.share_price_minor is not None:
        raise Refusal("Fans take shares of this fund: there are no tiers beside them.")
    refuse_tier_content(content.price_minor, campaign.currency, content.opens_at, content.closes_at)
    refuse_tier_seats(content, campaign.kind)
    refuse_tier_dates(content, None, campaign.closes_at, clock.now())
    position = await Tier.filter(campaign_id=campaign_id).count()
    if position >= TIERS_MAX:
        raise Refusal("At most {most} tiers: more than that nobody reads.", most=TIERS_MAX)
    tier = await Tier.create(id=new_id(), campaign_id=campaign_id, position=position, **_columns(content))
    await record(
        "tier_added", f"campaign:{campaign.id}", by=by, after={"tier": content.name, "price": content.price_minor}
    )
    return tier


@atomic
async def change_tier(tier_id: int, content: TierContent, *, by: int) -> None:
    """Change a tier. Once fans took it, what it promises stays and its number may only rise; the database holds that too.

    Raises PromiseBroken with all that would change: an honest correction goes to backers as an update.
    """
    tier = await Tier.get(id=tier_id)
    campaign = await _open_for_tiers(tier.campaign_id)
    refuse_tier_content(content.price_minor, campaign.currency, content.opens_at, content.closes_at)
    refuse_tier_seats(content, campaign.kind)
    tier = await Tier.get(id=tier_id)
    if tier.is_promised and (broken := broken_promises(tier, content)):
        raise PromiseBroken(broken)
    refuse_tier_dates(content, tier, campaign.closes_at, clock.now())
    await Tier.filter(id=tier_id).update(**_columns(content))
    await record("tier_changed", f"campaign:{tier.campaign_id}", by=by, after={"tier": content.name})


@atomic
async def remove_tier(tier_id: int, *, by: int) -> None:
    tier = await Tier.get(id=tier_id)
    campaign = await _open_for_tiers(tier.campaign_id)
    if campaign.state not in EDITABLE:
        raise NotEditable("A tier that fans can see stays. Give it a closing date instead.")
    await Tier.filter(id=tier_id).delete()
    await record("tier_removed", f"campaign:{campaign.id}", by=by, before={"tier": tier.name})


async def _open_for_tiers(campaign_id: int) -> Campaign:
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in CHANGEABLE:
        raise NotEditable("The tiers of this fund can't be changed any more.")
    return campaign


def _columns(content: TierContent) -> dict[str, Any]:
    return {name: getattr(content, name) for name in TierContent.__slots__}
