"""Campaigns for programs: what everybody may read, and what the members of an organisation may do with theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import actions, queries
from crowdfund.campaigns.actions import Content, TierContent
from crowdfund.campaigns.api_models import (
    BudgetLineOut,
    CampaignIn,
    CampaignListed,
    CampaignOut,
    ContentIn,
    DraftOut,
    MissingOut,
    OrganisationOut,
    PublishedOut,
    RemarkOut,
    ScheduleIn,
    TierIn,
    TierOut,
    UpdateIn,
    UpdateOut,
)
from crowdfund.campaigns.models import Campaign, Rule, Tier
from crowdfund.campaigns.pages.running import publish_once
from crowdfund.campaigns.pages.shown import art_url
from crowdfund.campaigns.pages.tiers import add_once
from crowdfund.campaigns.queries import GROUPS
from crowdfund.campaigns.schedule import schedule
from crowdfund.database import atomic
from crowdfund.database.ids import NoSuchId, private, public
from crowdfund.database.once import once
from crowdfund.people.models import Member, Organisation, Role
from crowdfund.people.queries import desks_of
from crowdfund.people.rules import may
from crowdfund.refusal import NotAllowed, NotFound, Refusal
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

_READ = Limit("public_api", 300, 60)


class UnknownState(Refusal):
    status_code = 400


# --- reading ---


def _instant(at: Any) -> str | None:
    if at is None:
        return None
    return (clock.from_us(at) if isinstance(at, int) else at).isoformat().replace("+00:00", "Z")


def listed(row: Mapping[str, Any]) -> CampaignListed:
    """row: as `campaigns.queries` gives it. Promised and collected are told as they stand, apart."""
    base = current().base_url
    return CampaignListed(
        id=public(row["id"]), slug=row["slug"], url=f"{base}/campaigns/{row['slug']}", name=row["name"], tagline=row["tagline"],
        kind=row["kind"], state=row["state"], currency=row["currency"], goal_minor=row["goal_minor"], rule=row["rule"],
        threshold_bps=row["threshold_bps"], promised_minor=row["promised_minor"], collected_minor=row["collected_minor"],
        refunded_minor=row["refunded_minor"], promised_at_close_minor=row["promised_at_close_minor"], pledges=row["pledges_live"],
        opens_at=_instant(row["opens_at"]), launched_at=_instant(row["launched_at"]), closes_at=_instant(row["closes_at"]),
        ended_at=_instant(row["ended_at"]), organisation=row["organisation_name"],
        art_url=base + art_url(row["title_id"], row["image_id"]),
    )  # fmt: skip


def tier_out(tier: Tier) -> TierOut:
    return TierOut(
        id=public(tier.id), name=tier.name, description=tier.description, price_minor=tier.price_minor, size=tier.size,
        taken=tier.taken, left=tier.left, per_fan_max=tier.per_fan_max, opens_at=_instant(tier.opens_at),
        closes_at=_instant(tier.closes_at), ships=tier.ships, delivers_on=tier.delivers_on,
    )  # fmt: skip


async def _facts(campaign: Campaign) -> dict[str, Any]:
    """One campaign with its tiers, its budget and its last updates, for the models that are made of them."""
    whole = await queries.whole(campaign, updates_max=20)
    row = {name: getattr(campaign, name) for name in campaign._meta.db_fields} | {
        "image_id": whole.title.image_id, "organisation_name": whole.organisation.name,
    }  # fmt: skip
    return {
        **listed(row).model_dump(), "story": whole.page.story, "risks": whole.page.risks, "page_version": campaign.page_version,
        "share_price_minor": campaign.share_price_minor, "shares_per_fan_max": campaign.shares_per_fan_max,
        "tiers": [tier_out(tier) for tier in whole.tiers],
        "budget": [BudgetLineOut(name=line.name, amount_minor=line.amount_minor) for line in whole.budget],
        "updates": [
            UpdateOut(number=u.number, title=u.title, body=u.body, published_at=_instant(u.published_at) or "")
            for u in whole.updates
        ],
    }  # fmt: skip


async def list_campaigns(request: Request) -> Response:
    """Funds that everybody may see, the newest first. state: `live`, `prelaunch`, `settling`, `funded`, `ended`, `all`."""
    cursor, asked = api.cursor(request), request.query_params
    state = asked.get("state", "all")
    if state not in GROUPS:
        raise UnknownState(f"state is one of {', '.join(GROUPS)}.")
    rows = await queries.campaigns_before(
        cursor.after_id, GROUPS[state], words=asked.get("q", "")[:100], currency=asked.get("currency", "").replace("\x00", "")[:3],
        limit=cursor.limit + 1,
    )  # fmt: skip
    page = rows[: cursor.limit]
    last_id = page[-1]["id"] if len(rows) > cursor.limit else None
    return api.listed(request, [listed(row) for row in page], last_id=last_id, limit=cursor.limit)


async def show_campaign(request: Request) -> CampaignOut:
    """One fund that everybody may see, with its story, tiers, budget and updates."""
    campaign = await Campaign.get_or_none(id=_id(request))
    if campaign is None or not campaign.is_public:
        raise NotFound("There is no such fund.")
    return CampaignOut(**await _facts(campaign))


def _id(request: Request) -> int:
    try:
        return private(request.path_params["campaign"])
    except NoSuchId:
        raise NotFound("There is no such fund.") from None


# --- one's own ---


async def my_organisations(request: Request) -> Response:
    """The organisations that the token's person belongs to."""
    cursor = api.cursor(request)
    items = [
        OrganisationOut(
            id=public(desk.organisation.id), slug=desk.organisation.slug, name=desk.organisation.name, kind=desk.organisation.kind,
            country=desk.organisation.country, state=desk.organisation.state, payouts_state=desk.organisation.payouts_state,
            role=desk.role,
        )
        for desk in await desks_of(request.state.person.id)
    ]  # fmt: skip
    return api.listed(request, items, last_id=None, limit=cursor.limit)


async def _role_in(request: Request, organisation_id: int, needed: Role) -> None:
    """Raises NotFound for who doesn't belong to it, as if it weren't there; NotAllowed where the role is too small."""
    member = await Member.get_or_none(organisation_id=organisation_id, person_id=request.state.person.id)
    if member is None:
        raise NotFound("There is no such fund.")
    if not may(member.role, needed):
        raise NotAllowed("Your role in this organisation does not allow that.")


async def _own(request: Request, needed: Role = Role.MANAGER) -> Campaign:
    campaign = await Campaign.get_or_none(id=_id(request))
    if campaign is None:
        raise NotFound("There is no such fund.")
    await _role_in(request, campaign.organisation_id, needed)
    return campaign


async def list_own(request: Request) -> Response:
    """All campaigns of an organisation, drafts too, the newest first."""
    cursor = api.cursor(request)
    try:
        organisation_id = private(request.path_params["organisation"])
    except NoSuchId:
        raise NotFound("There is no such organisation.") from None
    if not await Member.exists(organisation_id=organisation_id, person_id=request.state.person.id):
        raise NotFound("There is no such organisation.")
    after = cursor.after_id if cursor.after_id is not None else 2**63 - 1
    rows = [row for row in await queries.campaigns_of(organisation_id) if row["id"] < after]
    last_id = rows[cursor.limit - 1]["id"] if len(rows) > cursor.limit else None
    return api.listed(request, [listed(row) for row in rows[: cursor.limit]], last_id=last_id, limit=cursor.limit)


async def show_draft(request: Request) -> DraftOut:
    """A campaign of one's own in any state, with what it lacks and what the reviewer remarked."""
    return await _draft(await _own(request, Role.VIEWER))


async def _draft(campaign: Campaign) -> DraftOut:
    remarks = await queries.remarks_of(campaign.id)
    return DraftOut(
        **await _facts(campaign),
        missing=[MissingOut(field=one.field, sentence=one.sentence) for one in await actions.missing_in(campaign)],
        remarks=[
            RemarkOut(text=r.remark.text, made_at=_instant(r.remark.made_at) or "", answer=r.remark.answer) for r in remarks
        ],
    )  # fmt: skip


async def create_campaign(request: Request, body: CampaignIn) -> DraftOut:
    """A new draft. The same Idempotency-Key answers the same one."""
    try:
        organisation = await Organisation.get_or_none(id=private(body.organisation))
    except NoSuchId:
        organisation = None
    if organisation is None:
        raise NotFound("There is no such organisation.", field="organisation")
    await _role_in(request, organisation.id, Role.MANAGER)
    made_id = await _make_once(organisation, body, request.state.person.id, request.state.idempotency_key)
    return await _draft(await Campaign.get(id=made_id))


@atomic
async def _make_once(organisation: Organisation, body: CampaignIn, by: int, key: str) -> int:
    async def make() -> int:
        return (await actions.make_campaign(organisation, name=body.name, currency=body.currency, by=by)).id

    return await once(by, f"campaign:api:{key}", body.model_dump(mode="json"), make)


async def write_content(request: Request, body: ContentIn) -> DraftOut:
    """Change what a draft says: all of it at once."""
    campaign = await _own(request)
    title = await queries.whole(campaign)
    content = Content(
        name=body.name, tagline=body.tagline, story=body.story, risks=body.risks,
        budget=[(line.name, line.amount_minor) for line in body.budget], opens_at=body.opens_at, closes_at=body.closes_at,
        rule=Rule(body.rule), threshold_bps=body.threshold_bps, image_id=title.title.image_id,
    )  # fmt: skip
    await actions.write(campaign.id, content, by=request.state.person.id)
    return await _draft(await Campaign.get(id=campaign.id))


def _tier_content(body: TierIn) -> TierContent:
    return TierContent(**body.model_dump())


async def add_tier(request: Request, body: TierIn) -> TierOut:
    campaign = await _own(request)
    key = f"api:{request.state.idempotency_key}"
    tier_id = await add_once(campaign.id, _tier_content(body), by=request.state.person.id, key=key)
    return tier_out(await Tier.get(id=tier_id))


async def _own_tier(request: Request) -> Tier:
    campaign = await _own(request)
    try:
        tier = await Tier.get_or_none(id=private(request.path_params["tier"]), campaign_id=campaign.id)
    except NoSuchId:
        tier = None
    if tier is None:
        raise NotFound("There is no such tier.")
    return tier


async def change_tier(request: Request, body: TierIn) -> TierOut:
    """Change a tier. Once fans have taken it, its price stays and its number may only rise."""
    tier = await _own_tier(request)
    await actions.change_tier(tier.id, _tier_content(body), by=request.state.person.id)
    return tier_out(await Tier.get(id=tier.id))


async def remove_tier(request: Request) -> DraftOut:
    tier = await _own_tier(request)
    await actions.remove_tier(tier.id, by=request.state.person.id)
    return await _draft(await Campaign.get(id=tier.campaign_id))


async def submit(request: Request) -> DraftOut:
    campaign = await _own(request)
    await actions.submit(campaign.id, by=request.state.person.id)
    return await _draft(await Campaign.get(id=campaign.id))


async def announce(request: Request, body: ScheduleIn) -> DraftOut:
    """Show an approved campaign, and set when it opens (by itself, or left out) and closes."""
    campaign = await _own(request)
    await schedule(campaign.id, opens_at=body.opens_at, closes_at=body.closes_at, by=request.state.person.id)
    return await _draft(await Campaign.get(id=campaign.id))


async def launch(request: Request) -> DraftOut:
    campaign = await _own(request)
    await actions.launch(campaign.id, by=request.state.person.id)
    return await _draft(await Campaign.get(id=campaign.id))


async def publish(request: Request, body: UpdateIn) -> PublishedOut:
    """Publish an update: followers and backers get it by mail."""
    campaign = await _own(request)
    key = f"api:{request.state.idempotency_key}"
    number = await publish_once(campaign.id, body.title, body.body, by=request.state.person.id, key=key)
    return PublishedOut(number=number, url=f"{current().base_url}{campaign.path}/updates/{number}")


_ONE = "/api/v1/campaigns/{campaign}"
_WRITE, _SEE = bearer("campaigns:write"), bearer("campaigns:read")
routes = [
    get(
        "/api/v1/campaigns", list_campaigns, may=everybody, limit=_READ, gives=CampaignListed, lists=True,
        summary="All public funds",
    ),
    get(_ONE, show_campaign, may=everybody, limit=_READ, gives=CampaignOut, summary="One public fund"),
    get("/api/v1/organisations", my_organisations, may=_SEE, gives=OrganisationOut, lists=True, summary="My organisations"),
    get(
        "/api/v1/organisations/{organisation}/campaigns", list_own, may=_SEE, gives=CampaignListed, lists=True,
        summary="Campaigns of an organisation of mine",
    ),
    get(f"{_ONE}/draft", show_draft, may=_SEE, gives=DraftOut, summary="A campaign of mine in any state"),
    post("/api/v1/campaigns", create_campaign, may=_WRITE, takes=CampaignIn, gives=DraftOut, creates=True, summary="A new draft"),
    post(f"{_ONE}/content", write_content, may=_WRITE, takes=ContentIn, gives=DraftOut, summary="Change what a draft says"),
    post(f"{_ONE}/tiers", add_tier, may=_WRITE, takes=TierIn, gives=TierOut, creates=True, summary="Add a tier"),
    post(f"{_ONE}/tiers/{{tier}}", change_tier, may=_WRITE, takes=TierIn, gives=TierOut, summary="Change a tier"),
    post(f"{_ONE}/tiers/{{tier}}/removal", remove_tier, may=_WRITE, gives=DraftOut, summary="Remove a tier of a draft"),
    post(f"{_ONE}/submission", submit, may=_WRITE, gives=DraftOut, summary="Hand a draft in for review"),
    post(f"{_ONE}/announcement", announce, may=_WRITE, takes=ScheduleIn, gives=DraftOut, summary="Announce and schedule"),
    post(f"{_ONE}/launch", launch, may=_WRITE, gives=DraftOut, summary="Open a fund"),
    post(f"{_ONE}/updates", publish, may=_WRITE, takes=UpdateIn, gives=PublishedOut, creates=True, summary="Publish an update"),
]  # fmt: skip
