"""What backers can have: adding, changing and removing tiers. What was taken once is promised."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import queries
from crowdfund.campaigns.forms import SHIPS, TierForm, tier_typed
from crowdfund.campaigns.gallery import picture_tier, unpicture_tier
from crowdfund.campaigns.models import CHANGEABLE, EDITABLE, Campaign, Tier
from crowdfund.campaigns.once import add_tier_once
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.campaigns.pages.pictures import need_words, sent_picture
from crowdfund.campaigns.pages.shown import tier_shown
from crowdfund.campaigns.rules import TIERS_MAX
from crowdfund.campaigns.tiers import PromiseBroken, TierContent, change_tier, remove_tier
from crowdfund.database.ids import private, public
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at


async def own_tier(campaign: Campaign, public_id: str) -> Tier:
    """A tier of this campaign. Raises NotFound, for another's in the same words as for none."""
    wanted = private(public_id)
    tier = next((tier for tier in await queries.tiers_of(campaign.id) if tier.id == wanted), None)
    if tier is None:
        raise NotFound("There is no such tier.")
    return tier


async def tiers(request: Request) -> Response:
    return await _tiers(request, await own_campaign(request), _empty_form())


def _empty_form() -> TierForm:
    return TierForm({"per_fan_max": "1", "ships": "nothing", "key": token_urlsafe(16)})


async def _tiers(request: Request, campaign: Campaign, form: TierForm, status: int = 200) -> Response:
    found = await queries.tiers_of(campaign.id)
    now = clock.now()
    return desk_page(
        request, "campaigns/tiers.html", campaign, status, form=form, ships=SHIPS.items(),
        tiers=[(public(tier.id), tier_shown(tier, campaign, now)) for tier in found],
        open_for_tiers=campaign.state in CHANGEABLE, is_full=len(found) >= TIERS_MAX,
    )  # fmt: skip


async def add(request: Request) -> Response:
    campaign = await own_campaign(request)
    form = await TierForm.read(request, currency=campaign.currency)
    need_words(form, image_id := await sent_picture(request, form))
    if not form.errors:
        with form.showing_refusals():
            key, by = f"form:{form.key or token_urlsafe(16)}", request.state.person.id
            tier_id = await add_tier_once(campaign.id, content_of(form), by=by, key=key)
            await picture_tier(tier_id, image_id, alt=form.image_alt, by=by)
            return redirect(request, f"{base_of(request)}/tiers", ("good", _("The tier is there.")))
    return await _tiers(request, campaign, form, 422)


def content_of(form: TierForm) -> TierContent:
    return TierContent(
        name=form.name, description=form.description, price_minor=form.price, size=form.size, per_fan_max=form.per_fan_max,
        opens_at=form.opens_at, closes_at=form.closes_at, ships=form.ships, delivers_on=form.delivers_on, seats=form.seats or 0,
        seat_worth_minor=form.seat_worth or 0,
    )  # fmt: skip


async def tier_page(request: Request) -> Response:
    campaign = await own_campaign(request)
    tier = await own_tier(campaign, request.path_params["tier"])
    return _tier(request, campaign, tier, TierForm(tier_typed(tier, campaign.currency)))


def _tier(request: Request, campaign: Campaign, tier: Tier, form: TierForm, status: int = 200) -> Response:
    shown = tier_shown(tier, campaign, clock.now())
    return desk_page(
        request, "campaigns/tier.html", campaign, status, form=form, tier=tier, tier_id=public(tier.id), ships=SHIPS.items(),
        can_remove=campaign.state in EDITABLE, promised=shown if tier.is_promised else None, shown=shown,
    )  # fmt: skip


async def change(request: Request) -> Response:
    campaign = await own_campaign(request)
    tier = await own_tier(campaign, request.path_params["tier"])
    form = await TierForm.read(request, currency=campaign.currency)
    image_id = await sent_picture(request, form)
    need_words(form, image_id or tier.image_id)
    if not form.errors:
        try:
            await change_tier(tier.id, content_of(form), by=request.state.person.id)
            await picture_tier(tier.id, image_id, alt=form.image_alt, by=request.state.person.id)
            return redirect(request, f"{base_of(request)}/tiers", ("good", _("The tier is changed.")))
        except PromiseBroken as refusal:
            for one in refusal.broken:
                form.refuse(one.field, said(one.words))
            # She may have opened the page before a fan took it.
            tier = await own_tier(campaign, request.path_params["tier"])
        except Refusal as refusal:
            form.refused_by(refusal)
    return _tier(request, campaign, tier, form, 422)


def _path(request: Request) -> str:
    return f"{base_of(request)}/tiers/{request.path_params['tier']}"


@told_at(_path)
async def remove_picture(request: Request) -> Response:
    campaign = await own_campaign(request)
    tier = await own_tier(campaign, request.path_params["tier"])
    await unpicture_tier(tier.id, by=request.state.person.id)
    return redirect(request, _path(request), ("good", _("The tier has no picture now.")))


@told_at(_path)
async def remove(request: Request) -> Response:
    campaign = await own_campaign(request)
    tier = await own_tier(campaign, request.path_params["tier"])
    await remove_tier(tier.id, by=request.state.person.id)
    return redirect(request, f"{base_of(request)}/tiers", ("good", _("The tier is gone.")))


routes = [
    get(f"{DESK}/tiers", tiers, may=member("viewer")),
    post(f"{DESK}/tiers", add, may=member("manager"), body_max=UPLOAD_MAX),
    get(f"{DESK}/tiers/{{tier}}", tier_page, may=member("manager")),
    post(f"{DESK}/tiers/{{tier}}", change, may=member("manager"), body_max=UPLOAD_MAX),
    post(f"{DESK}/tiers/{{tier}}/picture/removal", remove_picture, may=member("manager")),
    post(f"{DESK}/tiers/{{tier}}/removal", remove, may=member("manager")),
]
