"""Draws on a producer's desk: written, announced, drawn, and who comes."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, may_write, own_campaign
from crowdfund.campaigns.queries import tiers_of
from crowdfund.community.draws import actions, queries, rules
from crowdfund.community.draws.drawing import draw_now
from crowdfund.community.draws.forms import (
    ANNOUNCING,
    NEW_DRAWS,
    AnnounceForm,
    CancelDrawForm,
    DrawForm,
    ResultForm,
    draw_typed,
)
from crowdfund.community.draws.models import CAN_BE_CANCELLED, Draw, DrawState
from crowdfund.community.draws.pages import shown
from crowdfund.database.ids import private, public
from crowdfund.refusal import Invalid, Refusal
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at

ALL = f"{DESK}/draws"
ONE = f"{ALL}/{{draw}}"


def _all_of(request: Request) -> str:
    return f"{base_of(request)}/draws"


def _one_of(request: Request) -> str:
    return f"{_all_of(request)}/{request.path_params['draw']}"


async def own_draw(request: Request) -> tuple[Campaign, Draw]:
    """A draw of the campaign in the path. Raises NotFound, for another's in the same words as for none."""
    campaign = await own_campaign(request)
    draw = await Draw.get_or_none(id=private(request.path_params["draw"]), campaign_id=campaign.id)
    if draw is None:
        raise queries.no_such_draw()
    return campaign, draw


async def list_draws(request: Request) -> Response:
    campaign = await own_campaign(request)
    draws = await queries.draws_of(campaign.id, drafts=True)
    return desk_page(
        request, "community/draws/desk.html", campaign, draws=shown.cards_of(draws), here=_all_of(request),
        can_make=may_write(request) and campaign.state in rules.CAN_HAVE_DRAWS and len(draws) < rules.DRAWS_MAX,
    )  # fmt: skip


# --- writing it ---


async def _form(campaign: Campaign, typed: dict[str, Any]) -> DrawForm:
    return DrawForm(typed, tiers={public(tier.id): tier.name for tier in await tiers_of(campaign.id)})


async def _read(request: Request, campaign: Campaign) -> DrawForm:
    return await DrawForm.read(request, **(await _form(campaign, {})).given)


async def new_draw(request: Request) -> Response:
    campaign = await own_campaign(request)
    if campaign.state not in rules.CAN_HAVE_DRAWS:
        words = _("Draws are for funds that people can see and that are not paused or over.")
        return redirect(request, _all_of(request), ("note", words))
    usual = {"places": "2", "persons_each": "1", "reserves": "5", "entries_min": "10", "tiers": []}
    return _new(request, campaign, await _form(campaign, {**usual, "key": token_urlsafe(16)}))


def _new(request: Request, campaign: Campaign, form: DrawForm, status: int = 200) -> Response:
    return desk_page(request, "community/draws/new.html", campaign, status, form=form, here=_all_of(request))


async def create_draw(request: Request) -> Response:
    campaign = await own_campaign(request)
    form = await _read(request, campaign)
    if not form.errors:
        with form.showing_refusals():
            key = f"form:{form.key or token_urlsafe(16)}"
            draw = await actions.make_draw_once(campaign.id, form.content, by=request.state.person.id, key=key)
            words = _("The draft is there. Look it over, then announce it.")
            return redirect(request, f"{_all_of(request)}/{public(draw.id)}", ("good", words))
    return _new(request, campaign, form, form.status)


async def change_draw(request: Request) -> Response:
    campaign, draw = await own_draw(request)
    form = await _read(request, campaign)
    if form.errors:
        return await _draft(request, campaign, draw, form, 422)
    try:
        await actions.write_draw(draw.id, form.content, by=request.state.person.id)
    except rules.DrawNotChangeable as refusal:
        return redirect(request, _one_of(request), ("bad", said(refusal)))
    except Refusal as refusal:
        return await _draft(request, campaign, draw, form.refused_by(refusal), refusal.status_code)
    return redirect(request, _one_of(request), ("good", _("Saved.")))


@told_at(_one_of)
async def discard_draw(request: Request) -> Response:
    _campaign, draw = await own_draw(request)
    await actions.discard_draw(draw.id, by=request.state.person.id)
    return redirect(request, _all_of(request), ("good", _("The draft is gone.")))


# --- one draw ---


async def show_draw(request: Request) -> Response:
    """A draft with its form; an announced one with where it stands, and who has won."""
    campaign, draw = await own_draw(request)
    if draw.state == DrawState.DRAFT:
        tier_ids = [tier.id for tier in await queries.tiers_of(draw)]
        return await _draft(request, campaign, draw, await _form(campaign, draw_typed(draw, tier_ids)))
    return await _announced(request, campaign, draw, ResultForm())


async def _draft(
    request: Request, campaign: Campaign, draw: Draw, form: DrawForm, status: int = 200, *, sure: AnnounceForm | None = None
) -> Response:  # fmt: skip
    return desk_page(
        request, "community/draws/draft.html", campaign, status, draw=draw, form=form, here=_one_of(request), all_draws=_all_of(request),
        missing=await actions.missing_in(draw), people=draw.places * draw.persons_each, sure=sure or AnnounceForm(),
    )  # fmt: skip


async def _announced(request: Request, campaign: Campaign, draw: Draw, form: ResultForm, status: int = 200) -> Response:
    now = clock.now()
    events = await queries.events_of(draw.id)
    state, tone = shown.state_shown(draw, now)
    rows = await queries.winners_of(draw.id) if draw.is_drawn else []
    return desk_page(
        request, "community/draws/manage.html", campaign, status, draw=draw, form=form, here=_one_of(request), state=state, tone=tone,
        all_draws=_all_of(request), places_text=shown.places_text(draw), winner_state=shown.winner_state,
        kept_days=rules.CONTACTS_KEPT.days,
        rows=rows, steps=shown.steps_of(draw, events), can_cancel=draw.state in CAN_BE_CANCELLED,
        can_draw=not draw.is_drawn and draw.state in CAN_BE_CANCELLED and draw.can_be_drawn_from <= now < draw.answer_by,
        held=await queries.places_held(draw.id) if draw.is_drawn else 0,
    )  # fmt: skip


async def announce(request: Request) -> Response:
    campaign, draw = await own_draw(request)
    if draw.state != DrawState.DRAFT:
        return redirect(request, _one_of(request), ("note", _("It is announced already.")))
    sure = await AnnounceForm.read(request)
    tier_ids = [tier.id for tier in await queries.tiers_of(draw)]
    form = await _form(campaign, draw_typed(draw, tier_ids))
    if sure.errors:
        return await _draft(request, campaign, draw, form, 422, sure=sure)
    try:
        await actions.announce_draw(draw.id, by=request.state.person.id)
    except Refusal as refusal:
        return await _draft(request, campaign, draw, form.refused_by(refusal), refusal.status_code)
    return redirect(request, _one_of(request), ("good", _("Announced: backers can take part, and hear of it by mail.")))


@told_at(_one_of)
async def draw_winners(request: Request) -> Response:
    campaign, draw = await own_draw(request)
    number = {}
    if draw.public_what:
        form = await ResultForm.read(request)
        if form.errors:
            return await _announced(request, campaign, draw, form, 422)
        number = {"public_value": form.public_value, "public_source": form.public_source}
    else:
        form = ResultForm()
    try:
        await draw_now(draw.id, by=request.state.person.id, **number)
    except rules.DrawnAlready:
        return redirect(request, _one_of(request), ("note", _("It was drawn already, once and for all.")))
    except Invalid as refusal:
        return await _announced(request, campaign, draw, form.refused_by(refusal), refusal.status_code)
    return redirect(request, _one_of(request), ("good", _("Drawn. Winners hear of it by mail.")))


async def cancel_page(request: Request) -> Response:
    campaign, draw = await own_draw(request)
    return _cancel(request, campaign, draw, CancelDrawForm())


def _cancel(request: Request, campaign: Campaign, draw: Draw, form: CancelDrawForm, status: int = 200) -> Response:
    if draw.state not in CAN_BE_CANCELLED:
        return redirect(request, _one_of(request), ("note", _("It can't be called off now.")))
    return desk_page(
        request, "community/draws/cancel.html", campaign, status, draw=draw, form=form, here=_one_of(request)
    )


@told_at(_one_of)
async def cancel_draw(request: Request) -> Response:
    campaign, draw = await own_draw(request)
    form = await CancelDrawForm.read(request)
    if form.errors:
        return _cancel(request, campaign, draw, form, 422)
    await actions.cancel_draw(draw.id, form.reason, by=request.state.person.id)
    return redirect(request, _one_of(request), ("good", _("Called off. Everybody who took part hears why.")))


routes = [
    get(ALL, list_draws, may=member("viewer")),
    get(f"{ALL}/new", new_draw, may=member("manager")),
    post(ALL, create_draw, may=member("manager"), limit=NEW_DRAWS),
    get(ONE, show_draw, may=member("viewer")),
    post(f"{ONE}/content", change_draw, may=member("manager")),
    post(f"{ONE}/deletion", discard_draw, may=member("manager")),
    post(f"{ONE}/announcement", announce, may=member("manager"), limit=ANNOUNCING),
    post(f"{ONE}/result", draw_winners, may=member("manager")),
    get(f"{ONE}/cancellation", cancel_page, may=member("manager")),
    post(f"{ONE}/cancellation", cancel_draw, may=member("manager")),
]
