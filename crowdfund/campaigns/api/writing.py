"""Writing a campaign through the API: the draft, its tiers, and the page once people can see it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import actions, queries, tiers
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.api.bodies import (
    CampaignIn,
    CampaignListed,
    ContentIn,
    DraftOut,
    PageIn,
    PageVersionOut,
    TierIn,
    TierOut,
)
from crowdfund.campaigns.api.own import draft_out, own_campaign, own_tier, tier_now
from crowdfund.campaigns.api.reading import ONE, listed
from crowdfund.campaigns.forms import NEW_CAMPAIGNS
from crowdfund.campaigns.models import CampaignPage, Rule, Tier
from crowdfund.campaigns.once import add_tier_once, make_campaign_once
from crowdfund.campaigns.versions import rewrite_page
from crowdfund.people.api.own import no_such_organisation, own_organisation, role_in
from crowdfund.people.models import Organisation, Role
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


def _key(request: Request) -> str:
    return f"api:{request.state.idempotency_key}"


async def list_own(request: Request) -> Response:
    """All campaigns of an organisation, drafts too, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else 2**63 - 1
    rows = [row for row in await queries.campaigns_of(organisation.id) if row["id"] < before]
    return api.paged(request, rows[: asked.limit + 1], asked, listed, lambda row: row["id"])


async def show_draft(request: Request) -> DraftOut:
    """A campaign of one's own in any state, with what it lacks and what the reviewer remarked."""
    return await draft_out((await own_campaign(request, Role.VIEWER)).id)


async def create_campaign(request: Request, body: CampaignIn) -> DraftOut:
    """A new draft. The same Idempotency-Key answers the same one."""
    missing = no_such_organisation()
    organisation = await Organisation.get_or_none(id=api.known_id(body.organisation, missing))
    if organisation is None:
        raise missing
    await role_in(request, organisation.id, Role.MANAGER, missing)
    made = await make_campaign_once(
        organisation, name=body.name, currency=body.currency, by=request.state.person.id, key=_key(request)
    )
    return await draft_out(made.id)


async def write_content(request: Request, body: ContentIn) -> DraftOut:
    """Change what a draft says: all of it at once. Its picture stays."""
    campaign = await own_campaign(request)
    content = Content(
        name=body.name, tagline=body.tagline, story=body.story, risks=body.risks,
        budget=[(line.name, line.amount_minor) for line in body.budget], opens_at=body.opens_at, closes_at=body.closes_at,
        rule=Rule(body.rule), threshold_bps=body.threshold_bps, image_id=None, counts_box_office=body.counts_box_office,
        share_price_minor=body.share_price_minor, shares_per_fan_max=body.shares_per_fan_max,
    )  # fmt: skip
    await actions.write(campaign.id, content, by=request.state.person.id)
    return await draft_out(campaign.id)


# --- tiers ---


def _tier_content(body: TierIn) -> tiers.TierContent:
    return tiers.TierContent(**body.model_dump())


async def add_tier(request: Request, body: TierIn) -> TierOut:
    """Something that backers can have; also on a fund that is open."""
    campaign = await own_campaign(request)
    tier_id = await add_tier_once(campaign.id, _tier_content(body), by=request.state.person.id, key=_key(request))
    return await tier_now(await Tier.get(id=tier_id))


async def change_tier(request: Request, body: TierIn) -> TierOut:
    """Change a tier: all of it at once. Once fans have taken it, what it promises stays and its number may only rise."""
    tier = await own_tier(request)
    await tiers.change_tier(tier.id, _tier_content(body), by=request.state.person.id)
    return await tier_now(tier)


async def remove_tier(request: Request) -> DraftOut:
    """Take a tier away that nobody has seen yet."""
    tier = await own_tier(request)
    await tiers.remove_tier(tier.id, by=request.state.person.id)
    return await draft_out(tier.campaign_id)


# --- once people can see it ---


async def rewrite(request: Request, body: PageIn) -> DraftOut:
    """Change story and risks of a fund that people can see: a new version of the page beside the old ones."""
    campaign = await own_campaign(request)
    await rewrite_page(campaign.id, body.story, body.risks, by=request.state.person.id)
    return await draft_out(campaign.id)


async def list_versions(request: Request) -> Response:
    """What the page said, version by version, the newest first."""
    campaign = await own_campaign(request, Role.VIEWER)
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else 2**31
    query = CampaignPage.filter(campaign_id=campaign.id, version__lt=before)
    rows = await query.order_by("-version").limit(asked.limit + 1)
    return api.paged(request, rows, asked, _version_out, lambda row: row.version)


def _version_out(page: CampaignPage) -> PageVersionOut:
    return PageVersionOut(version=page.version, story=page.story, risks=page.risks, made_at=api.instant(page.made_at))


_WRITE, _SEE = bearer("campaigns:write"), bearer("campaigns:read")
routes = [
    get(
        "/api/v1/organisations/{organisation}/campaigns", list_own, may=_SEE, gives=CampaignListed, lists=True,
        summary="Campaigns of an organisation of mine",
    ),
    get(f"{ONE}/draft", show_draft, may=_SEE, gives=DraftOut, summary="A campaign of mine in any state"),
    post(
        "/api/v1/campaigns", create_campaign, may=_WRITE, takes=CampaignIn, gives=DraftOut, creates=True, limit=NEW_CAMPAIGNS,
        summary="A new draft",
    ),
    post(f"{ONE}/content", write_content, may=_WRITE, takes=ContentIn, gives=DraftOut, summary="Change what a draft says"),
    post(f"{ONE}/tiers", add_tier, may=_WRITE, takes=TierIn, gives=TierOut, creates=True, summary="Add a tier"),
    post(f"{ONE}/tiers/{{tier}}", change_tier, may=_WRITE, takes=TierIn, gives=TierOut, summary="Change a tier"),
    post(f"{ONE}/tiers/{{tier}}/removal", remove_tier, may=_WRITE, gives=DraftOut, summary="Remove a tier of a draft"),
    post(f"{ONE}/page", rewrite, may=_WRITE, takes=PageIn, gives=DraftOut, summary="Change the page that people see"),
    get(f"{ONE}/versions", list_versions, may=_SEE, gives=PageVersionOut, lists=True, summary="What the page said before"),
]  # fmt: skip
