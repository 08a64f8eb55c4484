"""Verbs that make something, made once: a button pressed twice or a call sent again answers what was made the first time."""

from __future__ import annotations

from dataclasses import asdict

from crowdfund.campaigns import actions, updates
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.tiers import TierContent, add_tier
from crowdfund.database import atomic
from crowdfund.database.once import once
from crowdfund.people.models import Organisation


@atomic
async def make_campaign_once(organisation: Organisation, *, name: str, currency: str, by: int, key: str) -> Campaign:
    """The draft of this wish. Raises KeyUsedForAnother, as each of these verbs does."""

    async def make() -> int:
        return (await actions.make_campaign(organisation, name=name, currency=currency, by=by)).id

    return await Campaign.get(id=await once(by, f"campaign:{key}", [organisation.id, name, currency], make))


@atomic
async def add_tier_once(campaign_id: int, content: TierContent, *, by: int, key: str) -> int:
    """The id of the tier of this wish."""

    async def make() -> int:
        return (await add_tier(campaign_id, content, by=by)).id

    return await once(by, f"tier:{key}", [campaign_id, asdict(content)], make)


@atomic
async def publish_update_once(campaign_id: int, title: str, body: str, *, by: int, key: str) -> int:
    """The number of the update of this wish; its readers get one mail."""

    async def make() -> int:
        return (await updates.publish_update(campaign_id, title, body, by=by)).number

    return await once(by, f"update:{key}", [campaign_id, title, body], make)


@atomic
async def remark_once(campaign_id: int, text: str, *, by: int, key: str) -> int:
    """The id of the remark of this wish."""

    async def make() -> int:
        return (await actions.remark(campaign_id, text, by=by)).id

    return await once(by, f"remark:{key}", [campaign_id, text], make)
