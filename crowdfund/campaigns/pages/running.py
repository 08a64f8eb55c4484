"""Running a campaign: handing it in, answering the reviewer, opening it, writing updates, ending it."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import actions, queries
from crowdfund.campaigns.drafts import can_be_deleted, delete_draft
from crowdfund.campaigns.forms import (
    AUDIENCES,
    UPDATES,
    AnswerForm,
    CancelForm,
    ScheduleForm,
    UpdateForm,
    schedule_typed,
)
from crowdfund.campaigns.models import PUBLIC, Audience, Campaign, CampaignState, ReviewRemark, Tier
from crowdfund.campaigns.once import publish_update_once
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.campaigns.pages.shown import audience_said, next_update, story_html
from crowdfund.campaigns.schedule import MOVABLE, schedule
from crowdfund.campaigns.update_dates import NEXT_DAYS_MAX, day_due, owes_word, usual
from crowdfund.campaigns.updates import BODY_MAX, TITLE_MAX
from crowdfund.database.ids import private, public
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at

_told = told_at(base_of)
CAN_BE_CANCELLED = {CampaignState.PRELAUNCH, CampaignState.LIVE, CampaignState.SUSPENDED}


# --- review ---


@_told
async def submit(request: Request) -> Response:
    campaign = await own_campaign(request)
    await actions.submit(campaign.id, by=request.state.person.id)
    return redirect(request, base_of(request), ("good", _("Handed in. A person reads it within two working days.")))


@_told
async def take_back(request: Request) -> Response:
    campaign = await own_campaign(request)
    await actions.take_back(campaign.id, by=request.state.person.id)
    return redirect(request, base_of(request), ("good", _("It is yours again. Hand it in when it is ready.")))


# --- a draft that comes to nothing ---


async def delete_page(request: Request) -> Response:
    campaign = await own_campaign(request)
    if not await can_be_deleted(campaign):
        return redirect(request, base_of(request), ("note", _("This was handed in once: its history is kept.")))
    return desk_page(request, "campaigns/delete.html", campaign)


@_told
async def delete(request: Request) -> Response:
    campaign = await own_campaign(request)
    await delete_draft(campaign.id, by=request.state.person.id)
    said = _("The draft of %(name)s is gone.") % {"name": campaign.name}
    return redirect(request, request.state.organisation.desk_path, ("good", said))


# --- what the reviewer remarked ---


@_told
async def answer(request: Request) -> Response:
    """A remark of the reviewer is answered; the campaign is handed in again when all are."""
    campaign = await own_campaign(request)
    remark = await ReviewRemark.get_or_none(id=private(request.path_params["remark"]), campaign_id=campaign.id)
    if remark is None:
        raise NotFound("There is no such remark.")
    form = await AnswerForm.read(request)
    if form.errors:
        return redirect(request, f"{base_of(request)}#remarks", ("bad", form.errors["answer"]))
    await actions.answer_remark(remark.id, form.answer, by=request.state.person.id)
    return redirect(request, f"{base_of(request)}#remarks", ("good", _("Answered.")))


# --- opening ---


async def schedule_page(request: Request) -> Response:
    campaign = await own_campaign(request)
    return _schedule(request, campaign, ScheduleForm(schedule_typed(campaign)))


def _schedule(request: Request, campaign: Campaign, form: ScheduleForm, status: int = 200) -> Response:
    if campaign.state not in MOVABLE:
        return redirect(request, base_of(request), ("note", _("Its dates can't be changed now.")))
    return desk_page(request, "campaigns/schedule.html", campaign, status, form=form)


async def announce(request: Request) -> Response:
    campaign = await own_campaign(request)
    form = await ScheduleForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await schedule(
                campaign.id, opens_at=form.opens_at, closes_at=form.closes_at, by=request.state.person.id,
                first_update_by=form.first_update_by,
            )  # fmt: skip
            said = _("Fans can see it. It opens by itself.") if form.opens_at else _("Fans can see it and wait for it.")
            return redirect(request, base_of(request), ("good", said))
    return _schedule(request, campaign, form, form.status)


@_told
async def launch(request: Request) -> Response:
    campaign = await own_campaign(request)
    await actions.launch(campaign.id, by=request.state.person.id)
    return redirect(request, base_of(request), ("good", _("It is open. Tell everybody.")))


# --- updates ---


async def updates_page(request: Request) -> Response:
    campaign = await own_campaign(request)
    tiers = {tier.id: tier.name for tier in await queries.tiers_of(campaign.id)}
    return desk_page(
        request, "campaigns/updates.html", campaign,
        updates=[(update, audience_said(update, tiers)) for update in await queries.updates_of(campaign.id)],
        can_publish=campaign.state in PUBLIC - {CampaignState.SUSPENDED}, next_update=next_update(campaign, clock.now()),
    )  # fmt: skip


async def _tiers(campaign: Campaign) -> dict[str, Tier]:
    return {public(tier.id): tier for tier in await queries.tiers_of(campaign.id)}


async def new_update(request: Request) -> Response:
    campaign = await own_campaign(request)
    typed = {"key": token_urlsafe(16), "audience": Audience.EVERYONE.value}
    return _update(request, campaign, UpdateForm(typed, tiers=await _tiers(campaign)))


def _update(request: Request, campaign: Campaign, form: UpdateForm, status: int = 200, preview: str = "") -> Response:
    tiers: dict[str, Tier] = form.given["tiers"]
    return desk_page(
        request, "campaigns/new_update.html", campaign, status, form=form, preview=preview, body_max=BODY_MAX, title_max=TITLE_MAX,
        audiences=[(one.value, words, "") for one, words in AUDIENCES.items() if one != Audience.TIER or tiers],
        tiers=[("", _("Choose a tier")), *((number, tier.name) for number, tier in tiers.items())],
        owes_word=owes_word(campaign), usual_day=day_due(usual(clock.now())), days_max=NEXT_DAYS_MAX,
    )  # fmt: skip


async def publish(request: Request) -> Response:
    """Show it first, or publish it: the pressed button says."""
    campaign = await own_campaign(request)
    form = await UpdateForm.read(request, tiers=await _tiers(campaign))
    if form.errors:
        return _update(request, campaign, form, 422)
    if "preview" in await request.form():
        return _update(request, campaign, form, preview=story_html(form.body))
    try:
        number = await publish_update_once(
            campaign.id, form.title, form.body, by=request.state.person.id, key=f"form:{form.key or token_urlsafe(16)}",
            audience=form.readers, tier_id=form.tier_id, next_by=form.next_by,
        )  # fmt: skip
    except Refusal as refusal:
        return _update(request, campaign, form.refused_by(refusal), refusal.status_code)
    said = _("Published. Whoever pledged or follows gets it by mail.")
    if form.readers != Audience.EVERYONE:
        said = _("Published. Those whom it is for get it by mail; everybody else sees its title.")
    return redirect(request, f"{campaign.path}/updates/{number}", ("good", said))


# --- ending ---


async def cancel_page(request: Request) -> Response:
    return _cancel(request, await own_campaign(request), CancelForm())


def _cancel(request: Request, campaign: Campaign, form: CancelForm, status: int = 200) -> Response:
    if campaign.state not in CAN_BE_CANCELLED:
        return redirect(request, base_of(request), ("note", _("It can't be cancelled now.")))
    return desk_page(request, "campaigns/cancel.html", campaign, status, form=form)


@_told
async def cancel(request: Request) -> Response:
    campaign = await own_campaign(request)
    form = await CancelForm.read(request)
    if form.errors:
        return _cancel(request, campaign, form, 422)
    await actions.cancel_campaign(campaign.id, form.reason, by=request.state.person.id)
    return redirect(request, base_of(request), ("good", _("The fund is cancelled. Nobody is charged.")))


routes = [
    post(f"{DESK}/submission", submit, may=member("manager")),
    post(f"{DESK}/submission/withdrawal", take_back, may=member("manager")),
    get(f"{DESK}/deletion", delete_page, may=member("manager")),
    post(f"{DESK}/deletion", delete, may=member("manager")),
    post(f"{DESK}/remarks/{{remark}}/answer", answer, may=member("manager")),
    get(f"{DESK}/schedule", schedule_page, may=member("manager")),
    post(f"{DESK}/schedule", announce, may=member("manager")),
    post(f"{DESK}/launch", launch, may=member("manager")),
    get(f"{DESK}/updates", updates_page, may=member("viewer")),
    get(f"{DESK}/updates/new", new_update, may=member("manager")),
    post(f"{DESK}/updates", publish, may=member("manager"), limit=UPDATES),
    get(f"{DESK}/cancellation", cancel_page, may=member("owner")),
    post(f"{DESK}/cancellation", cancel, may=member("owner")),
]
