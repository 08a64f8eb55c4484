"""What every call about a campaign of one's own asks first: which one, and whether the token's person may do that there."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.campaigns import queries
from crowdfund.campaigns.actions import missing_in
from crowdfund.campaigns.api.bodies import DraftOut, MissingOut, RemarkOut, TierOut
from crowdfund.campaigns.api.reading import facts, tier_out
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.campaigns.queries import RemarkShown
from crowdfund.campaigns.updates import MAKER
from crowdfund.database.ids import public
from crowdfund.people.api.own import role_in
from crowdfund.people.models import Role
from crowdfund.refusal import NotFound
from crowdfund.web import api


async def campaign_in(request: Request) -> Campaign:
    """The campaign in the path, whosever it is. Raises NotFound."""
    return await api.row_in(request, "campaign", Campaign, NotFound("There is no such fund."))


async def own_campaign(request: Request, needed: Role = Role.MANAGER) -> Campaign:
    """A campaign of an organisation of the token's person. Raises NotFound for everybody else's, NotAllowed."""
    campaign = await campaign_in(request)
    await role_in(request, campaign.organisation_id, needed, NotFound("There is no such fund."))
    return campaign


async def own_tier(request: Request) -> Tier:
    """A tier of a campaign of one's own. Raises NotFound, NotAllowed."""
    campaign = await own_campaign(request)
    return await api.row_in(request, "tier", Tier, NotFound("There is no such tier."), campaign_id=campaign.id)


async def tier_now(tier: Tier) -> TierOut:
    """A tier as it is now, with what its picture shows."""
    return next(tier_out(one) for one in await queries.tiers_of(tier.campaign_id) if one.id == tier.id)


def remark_out(shown: RemarkShown) -> RemarkOut:
    remark = shown.remark
    return RemarkOut(
        id=public(remark.id), text=remark.text, made_at=api.instant(remark.made_at), answer=remark.answer,
        answered_at=api.instant_or_none(remark.answered_at),
    )  # fmt: skip


async def draft_out(campaign_id: int) -> DraftOut:
    """A campaign with all that its makers and its reviewer see, as it is now."""
    campaign = await Campaign.get(id=campaign_id)
    return DraftOut(
        **await facts(campaign, MAKER),
        missing=[MissingOut(field=one.field, sentence=str(one.words)) for one in await missing_in(campaign)],
        remarks=[remark_out(shown) for shown in await queries.remarks_of(campaign.id)],
    )
