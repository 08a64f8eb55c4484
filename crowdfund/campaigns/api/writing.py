"""What the members of an organisation may do with its campaigns through the API: the verbs of its desk."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import actions, queries
from crowdfund.campaigns.actions import Content, TierContent
from crowdfund.campaigns.api.bodies import (
    CampaignIn,
    CampaignListed,
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
)
from crowdfund.campaigns.api.reading import ONE, facts, id_in, instant, listed, tier_out
from crowdfund.campaigns.models import Campaign, Rule, Tier
from crowdfund.campaigns.pages.running import publish_once
from crowdfund.campaigns.pages.tiers import add_once
from crowdfund.campaigns.schedule import schedule
from crowdfund.database import atomic
from crowdfund.database.ids import NoSuchId, private, public
from crowdfund.database.once import once
from crowdfund.people.models import Member, Organisation, Role
from crowdfund.people.queries import desks_of
from crowdfund.people.rules import may
from crowdfund.refusal import NotAllowed, NotFound
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


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
    campaign = await Campaign.get_or_none(id=id_in(request))
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
        **await facts(campaign),
        missing=[MissingOut(field=one.field, sentence=one.sentence) for one in await actions.missing_in(campaign)],
        remarks=[
            RemarkOut(text=r.remark.text, made_at=instant(r.remark.made_at) or "", answer=r.remark.answer) for r in remarks
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
    title = await Title.get(id=campaign.title_id)
    content = Content(
        name=body.name, tagline=body.tagline, story=body.story, risks=body.risks,
        budget=[(line.name, line.amount_minor) for line in body.budget], opens_at=body.opens_at, closes_at=body.closes_at,
        rule=Rule(body.rule), threshold_bps=body.threshold_bps, image_id=title.image_id,
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


_WRITE, _SEE = bearer("campaigns:write"), bearer("campaigns:read")
routes = [
    get("/api/v1/organisations", my_organisations, may=_SEE, gives=OrganisationOut, lists=True, summary="My organisations"),
    get(
        "/api/v1/organisations/{organisation}/campaigns", list_own, may=_SEE, gives=CampaignListed, lists=True,
        summary="Campaigns of an organisation of mine",
    ),
    get(f"{ONE}/draft", show_draft, may=_SEE, gives=DraftOut, summary="A campaign of mine in any state"),
    post("/api/v1/campaigns", create_campaign, may=_WRITE, takes=CampaignIn, gives=DraftOut, creates=True, summary="A new draft"),
    post(f"{ONE}/content", write_content, may=_WRITE, takes=ContentIn, gives=DraftOut, summary="Change what a draft says"),
    post(f"{ONE}/tiers", add_tier, may=_WRITE, takes=TierIn, gives=TierOut, creates=True, summary="Add a tier"),
    post(f"{ONE}/tiers/{{tier}}", change_tier, may=_WRITE, takes=TierIn, gives=TierOut, summary="Change a tier"),
    post(f"{ONE}/tiers/{{tier}}/removal", remove_tier, may=_WRITE, gives=DraftOut, summary="Remove a tier of a draft"),
    post(f"{ONE}/submission", submit, may=_WRITE, gives=DraftOut, summary="Hand a draft in for review"),
    post(f"{ONE}/announcement", announce, may=_WRITE, takes=ScheduleIn, gives=DraftOut, summary="Announce and schedule"),
    post(f"{ONE}/launch", launch, may=_WRITE, gives=DraftOut, summary="Open a fund"),
    post(f"{ONE}/updates", publish, may=_WRITE, takes=UpdateIn, gives=PublishedOut, creates=True, summary="Publish an update"),
]  # fmt: skip
